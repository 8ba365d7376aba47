//! Records that failed permanently, and the function that gets them.

use std::{fmt, future::Ready};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use serde_json::value::RawValue;

use crate::{Failure, IntoFailure, ItemIdentifier, Reason, event::Origin};

/// A record that failed permanently, for the function that `dead_letter = …` names.
///
/// It serialises to an object with all of its fields and the record's JSON, for example for a queue.
///
/// ```
/// use stream_handler::{DeadLetter, Failure, Json, sqs::SqsMessage, stream_handler};
///
/// # #[derive(Clone, Copy)]
/// struct Queue;
/// # impl Queue { async fn send(&self, _: String) -> Result<(), std::io::Error> { Ok(()) } }
///
/// #[stream_handler(dead_letter = to_queue)]
/// async fn on_amount(amount: SqsMessage<Json<i64>>, _queue: &Queue) -> Result<(), Failure> {
///     let Json(amount) = amount.into_body();
///     if amount < 0 {
///         return Err(Failure::permanent("a negative amount"));
///     }
///     Ok(())
/// }
///
/// /// Gets the letter, and the shared parameters of the record handler.
/// async fn to_queue(letter: DeadLetter, queue: &Queue) -> Result<(), std::io::Error> {
///     queue.send(serde_json::to_string(&letter)?).await
/// }
/// ```
///
/// If the function succeeds, the record is processed. If it fails, panics or takes longer than
/// `record_timeout`, the record is unprocessed and is reported.
#[derive(Clone)]
pub struct DeadLetter {
    pub(crate) source: &'static str,
    pub(crate) record: Origin,
    pub(crate) identifier: Option<ItemIdentifier>,
    pub(crate) reason: Reason,
    pub(crate) error: String,
    pub(crate) attempts: Option<u32>,
}

impl DeadLetter {
    /// The event source, such as `"Kinesis"`, `"DynamoDB"` or `"SQS"`.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// The record's JSON, as it was in the event.
    #[must_use]
    pub fn record(&self) -> &str {
        self.record.json()
    }

    /// The record's identifier; `None` if the record has none.
    #[must_use]
    pub fn identifier(&self) -> Option<&ItemIdentifier> {
        self.identifier.as_ref()
    }

    /// How the record failed.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The error and its sources: `outer: middle: root`.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.error
    }

    /// How often the record was delivered, including this delivery. `None` if the source doesn't
    /// report it; SQS does.
    #[must_use]
    pub fn attempts(&self) -> Option<u32> {
        self.attempts
    }
}

impl Serialize for DeadLetter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record: Option<&RawValue> = serde_json::from_str(self.record()).ok();
        let mut letter = serializer.serialize_struct("DeadLetter", 6)?;
        letter.serialize_field("source", self.source)?;
        letter.serialize_field("identifier", &self.identifier)?;
        letter.serialize_field("reason", &self.reason)?;
        letter.serialize_field("error", &self.error)?;
        letter.serialize_field("attempts", &self.attempts)?;
        letter.serialize_field("record", &record)?;
        letter.end()
    }
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("source", &self.source)
            .field("identifier", &self.identifier)
            .field("reason", &self.reason)
            .field("error", &self.error)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// What a dead-letter function may return.
#[diagnostic::on_unimplemented(
    message = "a dead-letter function can't return `{Self}`",
    label = "a dead-letter function returns `()` or `Result<(), E>`",
    note = "return `Ok(())` when the dead letter is stored: its record is then processed"
)]
pub trait IntoSent {
    /// Whether the letter was sent.
    fn into_sent(self) -> Result<(), Failure>;
}

impl IntoSent for () {
    fn into_sent(self) -> Result<(), Failure> {
        Ok(self)
    }
}

impl<E: IntoFailure> IntoSent for Result<(), E> {
    fn into_sent(self) -> Result<(), Failure> {
        self.map_err(IntoFailure::into_failure)
    }
}

/// Whether a dead-letter function succeeded.
///
/// # Errors
///
/// The dead-letter function failed.
pub fn sent<T: IntoSent>(sent: T) -> Result<(), Failure> {
    sent.into_sent()
}

/// The type to use if there is no dead-letter function.
type NoDeadLetter = fn(DeadLetter) -> Ready<Result<(), Failure>>;

/// No dead-letter function.
#[must_use]
pub fn no_dead_letter() -> Option<NoDeadLetter> {
    None
}

/// Checks the call of a dead-letter function.
pub fn dead_letter<D, Fut>(function: D) -> Option<D>
where
    D: Fn(DeadLetter) -> Fut,
    Fut: Future<Output = Result<(), Failure>>,
{
    Some(function)
}
