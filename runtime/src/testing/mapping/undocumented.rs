//! What AWS doesn't document, as named options.

/// Which half comes first when a batch of an odd number of records is split.
///
/// AWS documents that a batch is split in two, not where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OddSplit {
    /// 5 records become 2 and 3. Default: it is what a mapping was observed to do.
    #[default]
    SmallerHalfFirst,
    /// 5 records become 3 and 2.
    LargerHalfFirst,
}

/// What becomes of the rest of a batch after a partial response, when the mapping allows no
/// retries.
///
/// AWS documents neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RestWithoutRetries {
    /// It is delivered: the checkpoint advanced, so the retries are counted from there. Default:
    /// it follows from how a mapping with retries was observed to count them.
    #[default]
    Deliver,
    /// It is discarded.
    Discard,
}

/// How a response is read that is no response at all: not JSON, or JSON that is neither empty nor
/// an object, or whose `batchItemFailures` is no array. It counts only while
/// `ReportBatchItemFailures` is on.
///
/// AWS documents this for SQS, and not for streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MalformedResponse {
    /// The whole batch is retried. Default: as documented for SQS.
    #[default]
    CompleteFailure,
    /// The whole batch is done.
    Success,
}

/// What becomes of a record that is larger than an event may be: 6 MB.
///
/// AWS documents that a Kinesis record may be larger, and not what a mapping does with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OversizedRecord {
    /// It is delivered alone. Default: it lets handlers be tested with one.
    #[default]
    DeliverAlone,
    /// Delivering it fails like a function error, until its retries are exhausted.
    Fail,
}

/// How Lambda goes on after a Kafka function reported failures.
///
/// AWS documents that "the reported are retried", and not whether what follows them in their
/// partitions is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KafkaResume {
    /// From the lowest reported offset of each partition. Default: a consumer's position in a
    /// partition is one offset.
    #[default]
    PerPartition,
    /// With the reported records only.
    ReportedOnly,
}

/// `StartingPosition`: where in a stream or topic a new mapping begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartingPosition {
    /// `TRIM_HORIZON`: with the oldest record. Default; in AWS there is none, one must choose.
    #[default]
    TrimHorizon,
    /// `LATEST`: with what is put after the mapping is enabled. What was put before is never
    /// delivered.
    Latest,
    /// `AT_TIMESTAMP`: with what was put so long after the first record, or later. Kinesis and
    /// Kafka.
    AtTimestamp(std::time::Duration),
}
