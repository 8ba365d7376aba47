//! What stands between the records and the engine that invokes the function: which records are
//! delivered next, and what becomes of them.

use serde_json::Value;

use crate::testing::{
    mapping::settings::Settings,
    put::SimRecord,
    report::history::{End, History},
    report::{NextStep, Unread},
};

/// The most that an invocation's payload may have, from "Lambda quotas"
/// (`gettingstarted-limits.html`): 6 MB.
pub(crate) const PAYLOAD: usize = 6 * 1024 * 1024;
/// What of it is not records.
pub(crate) const ENVELOPE: usize = 512;

/// A batch on its way to the function.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Which of the concurrent readers it comes from.
    pub(crate) lane: usize,
    /// The shard, the queue, or the partitions.
    pub(crate) place: String,
    /// The records, by their positions.
    pub(crate) records: Vec<usize>,
    pub(crate) event: Value,
}

pub(crate) enum Next {
    Deliver(Delivery),
    /// There is nothing to deliver before a time, in milliseconds since 1970, or an answer.
    Wait(Option<u64>),
}

/// What came of a delivery.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// All of it is done.
    Success,
    /// These are not done, by their positions in the batch.
    Undone(Vec<usize>),
    /// None of it is done.
    Failure,
    /// The function was not invoked.
    Throttled,
    /// Whatever the function answered, the mapping doesn't know it.
    Forgotten,
}

pub(crate) struct Settlement {
    /// The number of the invocation.
    pub(crate) number: usize,
    pub(crate) verdict: Verdict,
    /// Whether it was a function error.
    pub(crate) function_error: bool,
    /// The state that the function returned for its tumbling window.
    pub(crate) state: Option<Value>,
    /// The records that the function meant to report, by their positions, and why Lambda didn't
    /// read that.
    pub(crate) doubtful: Option<(Vec<usize>, Unread)>,
}

/// What an invocation changed.
pub(crate) struct Settled {
    pub(crate) next_step: NextStep,
    /// The records that are done.
    pub(crate) done: Vec<usize>,
}

/// All that a feed decides from.
pub(crate) struct World<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) records: &'a [SimRecord],
    pub(crate) history: &'a mut History,
    /// Milliseconds since 1970.
    pub(crate) now: u64,
}

impl World<'_> {
    pub(crate) fn age(&self, record: usize) -> u64 {
        self.now.saturating_sub(self.records[record].arrival)
    }

    pub(crate) fn end(&mut self, record: usize, end: End) {
        self.history.end(record, end);
    }

    /// Notes which records are done.
    pub(crate) fn done(&mut self, records: &[usize], settlement: &Settlement) {
        let doubtful = settlement.doubtful.as_ref();
        for &record in records {
            let unread = doubtful
                .filter(|(named, _)| named.contains(&record))
                .map(|(_, because)| *because);
            let invocation = settlement.number;
            self.end(record, End::Done { invocation, unread });
        }
    }
}

/// Where deliveries come from.
pub(crate) trait Feed {
    /// What to deliver next.
    fn next(&mut self, world: &mut World<'_>) -> Next;
    /// Takes what came of a delivery.
    fn settle(
        &mut self,
        delivery: &Delivery,
        settlement: &Settlement,
        world: &mut World<'_>,
    ) -> Settled;
}

/// The earlier of two times, of which either may be none.
pub(crate) fn earlier(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
