//! The settings of streams: Kinesis and `DynamoDB`.

use std::time::Duration;

use super::EventSourceMapping;
use crate::testing::{
    mapping::undocumented::{OddSplit, RestWithoutRetries, StartingPosition},
    put::{ItemChange, PutRecord, StreamRecord},
};

impl EventSourceMapping<PutRecord> {
    /// A mapping of a Kinesis stream.
    pub fn kinesis() -> Self {
        Self::new()
    }
}

impl EventSourceMapping<ItemChange> {
    /// A mapping of a `DynamoDB` stream.
    pub fn dynamodb() -> Self {
        Self::new()
    }
}

impl<S: StreamRecord> EventSourceMapping<S> {
    /// How many shards the stream has. Default: 1.
    ///
    /// A record goes to one by its key, and shards are read independently of each other.
    pub fn shards(mut self, shards: usize) -> Self {
        self.settings.shards = shards;
        self
    }

    /// `ParallelizationFactor`: how many batches of a shard are processed at once, 1 to 10. Records
    /// of the same key stay in order. Default: 1.
    pub fn parallelization_factor(mut self, batches: usize) -> Self {
        self.settings.parallelization_factor = batches;
        self
    }

    /// `MaximumRetryAttempts`: how often a batch is delivered again after its first time before it
    /// is discarded, 0 to 10,000. Default: `None`, in AWS −1: until its records expire.
    pub fn maximum_retry_attempts(mut self, attempts: impl Into<Option<u32>>) -> Self {
        self.settings.maximum_retry_attempts = attempts.into();
        self
    }

    /// `MaximumRecordAgeInSeconds`: how old a record may be before it is discarded, 60 to
    /// 604,800 s. Default: `None`, in AWS −1: as old as the stream keeps it.
    ///
    /// Only time makes records older: see [`retry_backoff`](Self::retry_backoff).
    pub fn maximum_record_age(mut self, age: impl Into<Option<Duration>>) -> Self {
        self.settings.maximum_record_age = age.into();
        self
    }

    /// `BisectBatchOnFunctionError`: whether a batch of which nothing is done is split in two. A
    /// split is no retry. Default: no.
    pub fn bisect_batch_on_function_error(mut self, on: bool) -> Self {
        self.settings.bisect = on;
        self
    }

    /// `DestinationConfig`: whether an on-failure destination is told of the records that are
    /// discarded. Without one they are lost. Default: no.
    pub fn on_failure_destination(mut self, on: bool) -> Self {
        self.settings.on_failure_destination = on;
        self
    }

    /// `TumblingWindowInSeconds`: how long the windows are of which the function keeps a state, 0 to
    /// 900 s. Default: 0, no windows.
    pub fn tumbling_window(mut self, length: Duration) -> Self {
        self.settings.tumbling_window = length;
        self
    }

    /// `StartingPosition`: where in the stream the mapping begins to read.
    pub fn starting_position(mut self, position: StartingPosition) -> Self {
        self.settings.starting_position = position;
        self
    }

    /// How long the mapping waits before it delivers a failed batch again: the first time, doubled
    /// each time, and at most. Default: no time at all.
    ///
    /// AWS documents that there is such a pause, and not how long it is.
    pub fn retry_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.retry_backoff = [first, longest];
        self
    }

    /// Which half comes first when a batch of an odd number of records is split.
    pub fn odd_split(mut self, split: OddSplit) -> Self {
        self.settings.odd_split = split;
        self
    }

    /// What becomes of the rest of a batch after a partial response, with no retries allowed.
    pub fn rest_without_retries(mut self, rest: RestWithoutRetries) -> Self {
        self.settings.rest_without_retries = rest;
        self
    }
}
