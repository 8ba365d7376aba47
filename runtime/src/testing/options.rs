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
