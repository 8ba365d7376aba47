//! What the engine notes during a simulation, and the fate of each record that follows from it.

use super::{Fate, Invocation, Loss, OnFailureDocument, WhyIgnored};

/// What the engine notes during a simulation.
pub(crate) struct History {
    pub(crate) invocations: Vec<Invocation>,
    pub(crate) records: Vec<RecordHistory>,
    pub(crate) documents: Vec<OnFailureDocument>,
    pub(crate) reached_invocation_limit: bool,
    /// Indices of records, in the order in which Lambda took them for processed.
    pub(super) completions: Vec<usize>,
}

/// What the engine notes about a record.
#[derive(Clone, Default)]
pub(crate) struct RecordHistory {
    pub(crate) deliveries: usize,
    end: Option<End>,
}

/// How a record left the stream, queue or topic.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// Lambda took the record for processed. `ignored` says why it ignored that the response
    /// reported the record as failed.
    Processed {
        invocation: usize,
        ignored: Option<WhyIgnored>,
    },
    /// The mapping discarded the record. `document` is `None` without an on-failure destination.
    Discarded {
        invocation: usize,
        document: Option<usize>,
    },
    /// The message reached its maximum receive count.
    DeadLettered { receives: u32 },
    /// The retention period ended.
    Expired,
    /// The filter rejected the record.
    Filtered,
    /// The record was put before the starting position.
    Skipped,
}

impl History {
    pub(crate) fn new(records: usize) -> Self {
        Self {
            invocations: Vec::new(),
            records: vec![RecordHistory::default(); records],
            documents: Vec::new(),
            reached_invocation_limit: false,
            completions: Vec::new(),
        }
    }

    pub(crate) fn end(&mut self, record: usize, end: End) {
        if let End::Processed { ignored: None, .. } = end {
            self.completions.push(record);
        }
        self.records[record].end = Some(end);
    }
}

impl RecordHistory {
    /// The record's fate after `invocations` invocations. `finished` says whether the ledger has the
    /// record as finished; `None` without a ledger.
    pub(super) fn fate(&self, finished: Option<bool>, invocations: usize) -> Fate {
        let (invocation, loss) = match self.end {
            None => return Fate::Blocked,
            Some(End::Filtered) => return Fate::Filtered,
            Some(End::DeadLettered { receives }) => return Fate::DeadLettered { receives },
            Some(End::Discarded {
                document: Some(document),
                ..
            }) => return Fate::Discarded { document },
            Some(End::Discarded { invocation, .. }) => {
                (invocation, Loss::DiscardedWithoutDestination)
            }
            Some(End::Expired) => (invocations, Loss::Expired),
            Some(End::Skipped) => (0, Loss::BeforeStartingPosition),
            Some(End::Processed {
                invocation,
                ignored: Some(because),
            }) => (invocation, Loss::ResponseIgnored(because)),
            Some(End::Processed { invocation, .. }) if finished.is_some() => {
                (invocation, Loss::NeverFinished)
            }
            Some(End::Processed { .. }) => return Fate::Processed,
        };
        // What the function noted counts more than what the response or Lambda says.
        match finished {
            Some(true) => Fate::Processed,
            _ => Fate::Lost { invocation, loss },
        }
    }
}
