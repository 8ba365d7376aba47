//! Lets the user's code observe records and batches.

use std::{fmt, time::Duration};

use super::summary::BatchSummary;
use crate::{Failure, ItemIdentifier, Outcome, panic};

/// Observes records and batches, for metrics and traces. The option `observer = PATH` names a value
/// whose type implements this trait, usually a `static`.
///
/// An observer can't change the outcome of a record, not even by a panic. It is called while
/// records are handled, so it should be quick. By default all methods do nothing.
///
/// ```
/// use std::{sync::atomic::{AtomicUsize, Ordering}, time::Duration};
/// use stream_handler::{Ending, ObservedRecord, Observer, kinesis::KinesisRecord, stream_handler};
///
/// struct Failures(AtomicUsize);
///
/// impl Observer for Failures {
///     fn finished(&self, _: &ObservedRecord<'_>, ending: &Ending<'_>, _: Duration) {
///         if let Ending::Failed(_) = ending {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// static FAILURES: Failures = Failures(AtomicUsize::new(0));
///
/// #[stream_handler(observer = FAILURES)]
/// async fn on_line(line: KinesisRecord<String>) -> Result<(), String> {
///     Err(line.into_data())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an observer",
    label = "doesn't implement `stream_handler::Observer`",
    note = "`observer = PATH` names a value, such as a `static`, of a type that implements \
            `stream_handler::Observer`"
)]
pub trait Observer: Sync {
    /// A record is about to be decoded and handled.
    fn started(&self, record: &ObservedRecord<'_>) {
        let _ = record;
    }

    /// A record that was started has ended. `elapsed` is the time since it was started, or, for an
    /// interrupted record, since the batch began.
    fn finished(&self, record: &ObservedRecord<'_>, ending: &Ending<'_>, elapsed: Duration) {
        let _ = (record, ending, elapsed);
    }

    /// The response reports this record as unprocessed.
    fn reported(&self, identifier: &ItemIdentifier) {
        let _ = identifier;
    }

    /// A batch has been handled.
    fn batch_finished(&self, batch: &BatchSummary) {
        let _ = batch;
    }
}

/// A record, as an observer sees it.
pub struct ObservedRecord<'a> {
    source: &'static str,
    /// The name of the field that contains the identifier.
    field: &'static str,
    index: usize,
    identify: &'a dyn Fn() -> Option<ItemIdentifier>,
}

impl<'a> ObservedRecord<'a> {
    pub(crate) fn new(
        source: &'static str,
        field: &'static str,
        index: usize,
        identify: &'a dyn Fn() -> Option<ItemIdentifier>,
    ) -> Self {
        Self {
            source,
            field,
            index,
            identify,
        }
    }

    /// The identifier for the log, or a text that says that it is missing.
    pub(super) fn identity(&self) -> String {
        self.identifier().map_or_else(
            || format!("(no `{}`)", self.field),
            |identifier| identifier.to_string(),
        )
    }

    /// The event source, such as `"Kinesis"`, `"DynamoDB"` or `"SQS"`.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// The record's position in the batch, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The record's identifier, read from the event at each call; `None` if the record has none.
    #[must_use]
    pub fn identifier(&self) -> Option<ItemIdentifier> {
        (self.identify)()
    }
}

impl fmt::Debug for ObservedRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservedRecord")
            .field("source", &self.source)
            .field("index", &self.index)
            .field("identifier", &self.identifier())
            .finish()
    }
}

/// How a record that was started ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Ending<'a> {
    /// The record handler succeeded, so the record is processed.
    Processed,
    /// The record failed permanently and the dead-letter function succeeded, so it is processed.
    DeadLettered(&'a Failure),
    /// The record failed.
    Failed(&'a Failure),
    /// The record was cancelled at the deadline.
    Interrupted,
}

impl<'a> Ending<'a> {
    /// How a record ended with this outcome; `None` if it was not started.
    pub(crate) fn of<T>(outcome: &'a Outcome<T>) -> Option<Self> {
        Some(match outcome {
            Outcome::Processed(_) => Self::Processed,
            Outcome::DeadLettered(failure) => Self::DeadLettered(failure),
            Outcome::Failed(failure) => Self::Failed(failure),
            Outcome::Interrupted => Self::Interrupted,
            Outcome::NotStarted => return None,
        })
    }
}

/// Calls the observer, if there is one. A panic of the observer does not fail the record.
pub(super) fn notify(observer: Option<&dyn Observer>, what: impl FnOnce(&dyn Observer)) {
    if let Some(observer) = observer {
        if let Err(panic) = panic::catch(|| what(observer)) {
            tracing::error!(panic = panic::message(panic), "the observer panicked");
        }
    }
}
