//! A batch that a poller has read, and that is not settled.

/// Records that are delivered as one batch, until they are processed, split or discarded.
#[derive(Debug)]
pub(super) struct PendingBatch {
    pub(super) records: Vec<usize>,
    /// How often the batch was delivered. The rest or the half of a batch is a new batch. Therefore
    /// retries count from the checkpoint, and a split doesn't use up a retry.
    pub(super) invocations: u32,
    /// Whether the batch is the final one of a tumbling window.
    pub(super) closing: Option<Closing>,
}

/// Why a tumbling window closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// Its time is over.
    OnTime,
    /// Its state is too large.
    Early,
}

impl PendingBatch {
    pub(super) fn new(records: Vec<usize>) -> Self {
        Self {
            records,
            invocations: 0,
            closing: None,
        }
    }

    /// The final batch of a tumbling window, which has no records.
    pub(super) fn closing(closing: Closing) -> Self {
        Self {
            closing: Some(closing),
            ..Self::new(Vec::new())
        }
    }
}
