//! What a run has seen so far, and what follows for each record.

use super::{
    document::OnFailureDocument,
    report::{Fate, Invocation, Loss, Unread},
};

/// What a run has seen so far.
pub(super) struct History {
    pub(super) invocations: Vec<Invocation>,
    pub(super) records: Vec<Seen>,
    pub(super) documents: Vec<OnFailureDocument>,
    pub(super) reached_invocation_limit: bool,
}

/// What a run has seen of a record.
#[derive(Clone, Default)]
pub(super) struct Seen {
    pub(super) deliveries: usize,
    pub(super) end: Option<End>,
}

/// How a record left the stream.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// Lambda took it for done. If the response says otherwise, why Lambda didn't read that.
    Done {
        invocation: usize,
        unread: Option<Unread>,
    },
    /// Its retries were exhausted.
    Discarded {
        invocation: usize,
        document: Option<usize>,
    },
}

impl History {
    pub(super) fn new(records: usize) -> Self {
        Self {
            invocations: Vec::new(),
            records: vec![Seen::default(); records],
            documents: Vec::new(),
            reached_invocation_limit: false,
        }
    }
}

impl Seen {
    /// Where the record ended; `finished` as the ledger says, if there is one.
    pub(super) fn fate(&self, finished: Option<bool>) -> Fate {
        let Some(end) = self.end else {
            return Fate::Blocked;
        };
        let (invocation, loss) = match end {
            End::Discarded {
                document: Some(document),
                ..
            } => return Fate::Discarded { document },
            End::Discarded { invocation, .. } => (invocation, Loss::DiscardedWithoutDestination),
            End::Done {
                invocation,
                unread: Some(because),
            } => (invocation, Loss::Unread(because)),
            End::Done { invocation, .. } if finished.is_some() => (invocation, Loss::NeverFinished),
            End::Done { .. } => return Fate::Done,
        };
        // The function's own word is better than the response's, and than Lambda's.
        match finished {
            Some(true) => Fate::Done,
            _ => Fate::Lost { invocation, loss },
        }
    }
}
