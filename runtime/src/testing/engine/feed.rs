//! The interface between the engine, which invokes the function, and the feeds, which decide what is
//! delivered next and what happens to it afterwards.

use serde_json::Value;

use crate::testing::{
    invoke::{IgnoredFailures, Verdict},
    mapping::MappingSettings,
    put::StoredRecord,
    report::{End, History, NextStep},
};

/// Maximum size of an event, from "Lambda quotas" (`gettingstarted-limits.html`): 6 MB.
pub(super) const MAXIMUM_PAYLOAD: usize = 6 * 1024 * 1024;
/// Space in an event for all but the records.
pub(super) const EVENT_OVERHEAD: usize = 512;

/// Decides what is delivered next, and what happens to it afterwards.
pub(super) trait Feed {
    /// Takes the next delivery, if there is one now.
    fn next(&mut self, world: &mut World<'_>) -> Next;

    /// Acts on the end of a delivery's invocation.
    fn settle(
        &mut self,
        delivery: &Delivery,
        settlement: &Settlement,
        world: &mut World<'_>,
    ) -> Settled;
}

pub(super) enum Next {
    Deliver(Delivery),
    /// There is nothing to deliver before this time in milliseconds since 1970, or before a running
    /// invocation ends.
    Wait(Option<u64>),
}

/// A batch on its way to the function.
#[derive(Debug)]
pub(super) struct Delivery {
    /// The poller that read the batch. 0 for a queue.
    pub(super) poller: usize,
    /// The shard, the queue, or the partitions.
    pub(super) place: String,
    /// Indices of the records.
    pub(super) records: Vec<usize>,
    pub(super) event: Value,
}

impl Delivery {
    /// The size of the event in bytes.
    pub(super) fn size(&self, records: &[StoredRecord]) -> usize {
        let sizes = self.records.iter().map(|record| records[*record].size + 1);
        EVENT_OVERHEAD + sizes.sum::<usize>()
    }
}

/// How a delivery's invocation ended. Records are indices.
pub(super) struct Settlement {
    /// The number of the invocation.
    pub(super) number: usize,
    pub(super) verdict: Verdict,
    pub(super) function_error: bool,
    /// The state that the function returned for its tumbling window.
    pub(super) state: Option<Value>,
    pub(super) ignored: Option<IgnoredFailures>,
}

/// What a feed did after an invocation.
pub(super) struct Settled {
    pub(super) next_step: NextStep,
    /// Indices of the processed records.
    pub(super) processed: Vec<usize>,
}

/// What a feed knows and notes.
pub(super) struct World<'a> {
    pub(super) settings: &'a MappingSettings,
    pub(super) records: &'a [StoredRecord],
    pub(super) history: &'a mut History,
    /// Milliseconds since 1970.
    pub(super) now: u64,
}

impl World<'_> {
    /// The age of a record in milliseconds.
    pub(super) fn age(&self, record: usize) -> u64 {
        self.now.saturating_sub(self.records[record].arrival)
    }

    /// Notes that Lambda takes records for processed.
    pub(super) fn end_processed(&mut self, records: &[usize], settlement: &Settlement) {
        for &record in records {
            let ignored = settlement.ignored.as_ref();
            let ignored = ignored.filter(|ignored| ignored.records.contains(&record));
            let end = End::Processed {
                invocation: settlement.number,
                ignored: ignored.map(|ignored| ignored.because),
            };
            self.history.end(record, end);
        }
    }
}

/// The earlier of two times.
pub(super) fn earlier(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
