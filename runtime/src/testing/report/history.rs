//! What a run has seen so far, and what follows for each record.

use crate::testing::{
    report::document::OnFailureDocument,
    report::{Fate, Invocation, Loss, Unread},
};

/// What a run has seen so far.
pub(crate) struct History {
    pub(crate) invocations: Vec<Invocation>,
    pub(crate) records: Vec<Seen>,
    pub(crate) documents: Vec<OnFailureDocument>,
    pub(crate) reached_invocation_limit: bool,
    /// Records in the order in which they were first taken for done.
    pub(crate) completions: Vec<usize>,
}

/// What a run has seen of a record.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    pub(crate) deliveries: usize,
    pub(crate) end: Option<End>,
}

/// How a record left the stream, the queue or the topic.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// Lambda took it for done. If the response says otherwise, why Lambda didn't read that.
    Done {
        invocation: usize,
        unread: Option<Unread>,
    },
    /// The mapping gave up on it.
    Discarded {
        invocation: usize,
        document: Option<usize>,
    },
    /// It was received too often.
    DeadLettered { receives: u32 },
    /// It was there for too long.
    Expired,
    /// The filter doesn't let it pass.
    Filtered,
    /// It comes before the starting position.
    Skipped,
}

impl History {
    pub(crate) fn new(records: usize) -> Self {
        Self {
            invocations: Vec::new(),
            records: vec![Seen::default(); records],
            documents: Vec::new(),
            reached_invocation_limit: false,
            completions: Vec::new(),
        }
    }

    pub(crate) fn end(&mut self, record: usize, end: End) {
        if let End::Done { unread: None, .. } = end {
            self.completions.push(record);
        }
        self.records[record].end = Some(end);
    }
}

impl Seen {
    /// Where the record ended; `finished` as the ledger says, if there is one.
    pub(crate) fn fate(&self, finished: Option<bool>, invocations: usize) -> Fate {
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
            Some(End::Done {
                invocation,
                unread: Some(because),
            }) => (invocation, Loss::Unread(because)),
            Some(End::Done { invocation, .. }) if finished.is_some() => {
                (invocation, Loss::NeverFinished)
            }
            Some(End::Done { .. }) => return Fate::Done,
        };
        // The function's own word is better than the response's, and than Lambda's.
        match finished {
            Some(true) => Fate::Done,
            _ => Fate::Lost { invocation, loss },
        }
    }
}
