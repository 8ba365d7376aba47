//! What the function under test notes about its work.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Where the function under test notes which records it started and finished.
///
/// A response does not prove that the function did its work; a ledger does. A record that left the
/// stream, queue or topic, but is not finished in the ledger, is lost in the
/// [`Report`](super::Report).
///
/// Clones share their notes. A simulation clears the ledger when it starts.
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
    notes: Arc<Mutex<Notes>>,
}

/// The notes in a ledger.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    pub(crate) entries: BTreeMap<String, LedgerEntry>,
    /// Identifiers, in the order in which they were first finished.
    pub(crate) completions: Vec<String>,
}

/// How often the function started and finished a record.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LedgerEntry {
    pub(crate) started: usize,
    pub(crate) finished: usize,
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that the function started the record with this identifier: a sequence number, a message
    /// ID, or `topic-partition:offset`.
    pub fn start(&self, identifier: &str) {
        let notes = &mut *self.lock();
        notes
            .entries
            .entry(identifier.to_owned())
            .or_default()
            .started += 1;
    }

    /// Notes that the function finished the record with this identifier, so that Lambda need not
    /// deliver it again.
    pub fn finish(&self, identifier: &str) {
        let notes = &mut *self.lock();
        let entry = notes.entries.entry(identifier.to_owned()).or_default();
        if entry.finished == 0 {
            notes.completions.push(identifier.to_owned());
        }
        entry.finished += 1;
    }

    pub(crate) fn clear(&self) {
        *self.lock() = Notes::default();
    }

    pub(crate) fn snapshot(&self) -> Notes {
        self.lock().clone()
    }

    /// Ignores poisoning: each note is a single update, so a panic leaves no half-written note.
    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
