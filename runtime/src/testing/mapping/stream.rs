//! Settings for Kinesis streams and `DynamoDB` streams.

use std::time::Duration;

use super::{EventSourceMapping, OddSplit, RestWithoutRetries, StartingPosition};
use crate::testing::put::{ItemChange, PutRecord, StreamRecord};

impl EventSourceMapping<PutRecord> {
    /// A mapping for a Kinesis stream.
    pub fn kinesis() -> Self {
        Self::new()
    }
}

impl EventSourceMapping<ItemChange> {
    /// A mapping for a `DynamoDB` stream.
    pub fn dynamodb() -> Self {
        Self::new()
    }
}

impl<S: StreamRecord> EventSourceMapping<S> {
    /// The stream's number of shards. Default: 1.
    ///
    /// A record's key determines its shard. Shards are read independently of each other.
    pub fn shards(mut self, shards: usize) -> Self {
        self.settings.distribution.shards = shards;
        self
    }

    /// `ParallelizationFactor`: maximum number of batches of a shard that are processed at the same
    /// time, 1 to 10. Records with the same key stay in order. Default: 1.
    pub fn parallelization_factor(mut self, batches: usize) -> Self {
        self.settings.distribution.parallelization_factor = batches;
        self
    }

    /// `MaximumRetryAttempts`: maximum number of retries of a batch before the mapping discards it,
    /// 0 to 10,000. Default: `None` (−1 in AWS), it retries until the records expire.
    pub fn maximum_retry_attempts(mut self, attempts: impl Into<Option<u32>>) -> Self {
        self.settings.maximum_retry_attempts = attempts.into();
        self
    }

    /// `MaximumRecordAgeInSeconds`: maximum age of a record before the mapping discards it, 60 to
    /// 604,800 s. Default: `None` (−1 in AWS), the stream's retention.
    ///
    /// Retries take no time by default, so records don't age: see
    /// [`retry_backoff`](Self::retry_backoff).
    pub fn maximum_record_age(mut self, age: impl Into<Option<Duration>>) -> Self {
        self.settings.maximum_record_age = age.into();
        self
    }

    /// `BisectBatchOnFunctionError`: whether a batch with no processed record is split in two. A
    /// split is not a retry. Default: `false`.
    pub fn bisect_batch_on_function_error(mut self, on: bool) -> Self {
        self.settings.bisect_batch_on_function_error = on;
        self
    }

    /// `DestinationConfig`: whether the mapping has an on-failure destination, which receives a
    /// document about each discarded batch. Without a destination, discarded records are lost.
    /// Default: `false`.
    pub fn on_failure_destination(mut self, on: bool) -> Self {
        self.settings.on_failure_destination = on;
        self
    }

    /// `TumblingWindowInSeconds`: length of the tumbling windows, 0 to 900 s. Default: 0, no
    /// windows.
    pub fn tumbling_window(mut self, length: Duration) -> Self {
        self.settings.tumbling_window = length;
        self
    }

    /// `StartingPosition`: where in the stream the mapping begins to read.
    pub fn starting_position(mut self, position: StartingPosition) -> Self {
        self.settings.starting_position = position;
        self
    }

    /// How long the mapping waits before it retries a batch: `first` before the first retry, then
    /// twice as long each time, up to `longest`. Default: zero.
    ///
    /// AWS does not document how long the pause is.
    pub fn retry_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.retry_backoff = [first, longest];
        self
    }

    /// Which half is delivered first when a batch with an odd number of records is split.
    pub fn odd_split(mut self, split: OddSplit) -> Self {
        self.settings.odd_split = split;
        self
    }

    /// What happens to the rest of a batch after a partial response if
    /// [`maximum_retry_attempts`](Self::maximum_retry_attempts) is 0.
    pub fn rest_without_retries(mut self, rest: RestWithoutRetries) -> Self {
        self.settings.rest_without_retries = rest;
        self
    }
}
