//! Options for what AWS does not document.

use std::time::Duration;

/// Which half is delivered first when a batch with an odd number of records is split.
///
/// AWS documents that a batch is split in two, but not where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OddSplit {
    /// 5 records become 2 and 3. Default: a real mapping was observed to do so.
    #[default]
    SmallerHalfFirst,
    /// 5 records become 3 and 2.
    LargerHalfFirst,
}

/// What happens to the rest of a batch after a partial response if the mapping allows no retries.
///
/// AWS does not document it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RestWithoutRetries {
    /// The rest is delivered as a new batch. Default: real mappings with retries were observed to
    /// count them from the checkpoint.
    #[default]
    Deliver,
    /// The rest is discarded.
    Discard,
}

/// What Lambda does after a response that it can't parse: one that is not JSON, is neither empty nor
/// an object, or whose `batchItemFailures` is not an array. Matters only with
/// `ReportBatchItemFailures`.
///
/// AWS documents this for SQS, but not for streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MalformedResponse {
    /// The whole batch is retried. Default: AWS documents it for SQS.
    #[default]
    CompleteFailure,
    /// The whole batch is processed.
    Success,
}

/// What Lambda does with a record whose event would be larger than 6 MB.
///
/// AWS documents that Kinesis accepts larger records, but not what a mapping does with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OversizedRecord {
    /// The record is delivered alone. Default: so you can test a handler with it.
    #[default]
    DeliverAlone,
    /// The delivery fails like a function error until the retries are exhausted.
    Fail,
}

/// Which records Lambda delivers after a Kafka function reported failures.
///
/// AWS documents that the reported records are retried, but not whether later records of their
/// partitions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KafkaResume {
    /// In each partition, the lowest reported offset and all later ones. Default: a consumer's
    /// position in a partition is a single offset.
    #[default]
    PerPartition,
    /// Only the reported records.
    ReportedOnly,
}

/// `StartingPosition`: where in a stream or topic a new mapping begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StartingPosition {
    /// `TRIM_HORIZON`: at the oldest record. Default, although AWS has no default.
    #[default]
    TrimHorizon,
    /// `LATEST`: at the first record that is put after the mapping was enabled. Earlier records are
    /// never delivered.
    Latest,
    /// `AT_TIMESTAMP`: at a time, given as the duration since the first put. For Kinesis and Kafka
    /// only.
    AtTimestamp(Duration),
}
