//! What the function under test did, in its own words.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Where the function under test notes which records it started and finished.
///
/// Whether a handler really finished a record can't be seen from outside. With a ledger the
/// [`Report`](super::Report) knows: a record that is out of the stream and was never finished is
/// lost.
///
/// Clones are one ledger. A simulation empties it when it starts.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use stream_handler::{kinesis::KinesisRecord, stream_handler};
/// use stream_handler::testing::{EventSourceMapping, Ledger};
///
/// #[stream_handler]
/// async fn on_line(line: KinesisRecord<String>, ledger: &Ledger) {
///     ledger.start(line.sequence_number());
///     // … the work …
///     ledger.finish(line.sequence_number());
/// }
///
/// let ledger = Ledger::new();
/// let report = EventSourceMapping::kinesis()
///     .report_batch_item_failures(true)
///     .ledger(&ledger)
///     .run(["a", "b"], |batch| on_line::batch(batch, &ledger))
///     .await;
/// report.assert_nothing_lost();
/// assert_eq!(report.records()[0].finished, Some(1));
/// # });
/// ```
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: Arc<Mutex<BTreeMap<String, Entry>>>,
}

/// How often the function started and finished a record.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub(super) started: usize,
    pub(super) finished: usize,
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that the function started the record with this sequence number.
    pub fn start(&self, sequence_number: &str) {
        self.entry(sequence_number, |entry| entry.started += 1);
    }

    /// Notes that the function finished the record with this sequence number: it is safe to
    /// forget.
    pub fn finish(&self, sequence_number: &str) {
        self.entry(sequence_number, |entry| entry.finished += 1);
    }

    fn entry(&self, sequence_number: &str, note: impl FnOnce(&mut Entry)) {
        note(self.lock().entry(sequence_number.to_owned()).or_default());
    }

    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    pub(super) fn snapshot(&self) -> BTreeMap<String, Entry> {
        self.lock().clone()
    }

    /// A panic elsewhere leaves the counts as right as they were.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
