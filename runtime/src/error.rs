//! The errors of records that can't be decoded, of events, and of invocations.

use std::{borrow::Cow, error::Error, fmt};

use lambda_runtime::Diagnostic;

/// Any error, as a record handler may return it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The error of a record whose envelope or payload can't be decoded.
///
/// It fails only that record. Errors that this crate creates, and their
/// [`source`](Error::source)s, show none of the record's data. The original error is
/// [`unredacted`](Self::unredacted).
pub struct DecodeError {
    what: Cow<'static, str>,
    source: Option<BoxError>,
    unredacted: Option<BoxError>,
}

impl DecodeError {
    /// An error that says what was found and what was expected: ``"`kinesis.data` is missing"``.
    pub fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what: what.into(),
            source: None,
            unredacted: None,
        }
    }

    /// Sets the error that caused this one, its [`source`](Error::source).
    #[must_use]
    pub fn because(mut self, error: impl Into<BoxError>) -> Self {
        self.source = Some(error.into());
        self
    }

    /// Keeps an error that may quote data, for [`unredacted`](Self::unredacted) alone.
    pub(crate) fn redacting(mut self, error: impl Into<BoxError>) -> Self {
        self.unredacted = Some(error.into());
        self
    }

    /// The original error of `serde`, which may quote the record: ``invalid type: string
    /// "4111 1111 1111 1111", expected u64``. `None` if this error, and the decode errors that it
    /// [wraps](Self::because), leave nothing out.
    ///
    /// Use it only where the record's data may be shown, such as in a debugger or a unit test, but
    /// usually not in logs.
    ///
    /// ```
    /// # use stream_handler::{Data, Json, Payload};
    /// let error = Json::<u64>::decode(Data::text(r#""4111""#)).unwrap_err();
    /// assert!(!format!("{error:?}").contains("4111"));
    /// assert!(error.unredacted().unwrap().to_string().contains("4111"));
    /// ```
    #[must_use]
    pub fn unredacted(&self) -> Option<&(dyn Error + 'static)> {
        let wrapped = || self.source.as_ref()?.downcast_ref::<Self>()?.unredacted();
        let own = self.unredacted.as_deref().map(|error| error as _);
        own.or_else(wrapped)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Chain(self))
    }
}

impl Error for DecodeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The error of an event that doesn't have the shape of the source's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError {
    expected: String,
    found: String,
}

impl EventError {
    /// An error from what was expected and what was found, each a noun phrase:
    /// ``"an array `Records`"``, `"a number"`.
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            found: found.into(),
        }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl Error for EventError {}

/// The error of an invocation that fails as a whole. Lambda then delivers every record again.
///
/// This is on purpose: a partial batch response would lose records. (The exception is
/// [`NoneProcessed`](Self::NoneProcessed), which is opt-in.) A failed record is reported in the
/// [`BatchResponse`](crate::BatchResponse) and does not fail the invocation.
#[derive(Debug)]
#[non_exhaustive]
pub enum BatchError {
    /// The event is not a valid event of the record type's source. Usually the Lambda function has
    /// another event source, or was invoked by hand with another event.
    #[non_exhaustive]
    InvalidEvent {
        /// The source of the record type.
        source: &'static str,
        /// What was expected and what was found.
        error: EventError,
    },
    /// A record that must be reported has no identifier to report it by.
    #[non_exhaustive]
    MissingIdentifier {
        /// The source of the event.
        source: &'static str,
        /// Where the identifier should be: `kinesis.sequenceNumber`.
        field: &'static str,
        /// The record's position in the batch, from 0.
        index: usize,
        /// How many records the batch has.
        records: usize,
        /// What became of the record.
        outcome: String,
    },
    /// No record of the batch was processed, and `on_full_failure = "error"` is set.
    #[non_exhaustive]
    NoneProcessed {
        /// The source of the event.
        source: &'static str,
        /// How many records the batch has.
        records: usize,
        /// What became of the first record.
        first: String,
    },
    /// Something is wrong with the tumbling window of the event, or with its state.
    #[non_exhaustive]
    Window {
        /// The source of the event.
        source: &'static str,
        /// What is wrong.
        error: WindowError,
    },
    /// The response can't be written as JSON.
    #[non_exhaustive]
    UnwritableResponse {
        /// The source of the event.
        source: &'static str,
        /// The reason.
        error: serde_json::Error,
    },
}

impl BatchError {
    /// What Lambda reports as the invocation's `errorType`.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::InvalidEvent { .. } => "StreamHandler.InvalidEvent",
            Self::MissingIdentifier { .. } => "StreamHandler.MissingIdentifier",
            Self::NoneProcessed { .. } => "StreamHandler.NoneProcessed",
            Self::Window { error, .. } => error.error_type(),
            Self::UnwritableResponse { .. } => "StreamHandler.UnwritableResponse",
        }
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidEvent { source, error } => {
                write!(f, "the event is not from {source}: {error}")
            }
            Self::MissingIdentifier {
                source,
                field,
                index,
                records,
                outcome,
            } => write!(
                f,
                "{source} record {index} of {records} is unprocessed and can't be reported, because \
                 its `{field}` is missing, empty or not valid. The invocation fails, so that \
                 Lambda delivers the batch again and the record is not lost. What became of it: \
                 {outcome}"
            ),
            Self::NoneProcessed {
                source,
                records,
                first,
            } => write!(
                f,
                "none of the {records} {source} records was processed. What became of the first: {first}"
            ),
            Self::Window { source, error } => write!(f, "a tumbling window of {source}: {error}"),
            Self::UnwritableResponse { source, error } => {
                write!(
                    f,
                    "the response to the {source} event can't be written as JSON: {error}"
                )
            }
        }
    }
}

impl Error for BatchError {}

impl From<BatchError> for Diagnostic {
    fn from(error: BatchError) -> Self {
        Self {
            error_type: error.error_type().to_owned(),
            error_message: error.to_string(),
        }
    }
}

/// What is wrong with the tumbling window of an event, or with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WindowError {
    /// The record handler has a `window`, but the event has none.
    Missing,
    /// The event belongs to a window, but the record handler has none. The response would lack the
    /// state, which Lambda treats as a failed invocation.
    Unexpected,
    /// The state in the event can't be read as the state type of the record handler.
    #[non_exhaustive]
    UnreadableState {
        /// The reason.
        error: String,
    },
    /// The state can't be written as a JSON object.
    #[non_exhaustive]
    UnwritableState {
        /// The reason.
        error: String,
    },
    /// The state is larger than Lambda allows.
    #[non_exhaustive]
    StateTooLarge {
        /// Its size in JSON.
        bytes: usize,
        /// The maximum size that Lambda allows.
        limit: usize,
    },
    /// The closing function failed, panicked, or did not finish by the deadline.
    #[non_exhaustive]
    NotClosed {
        /// What became of it.
        error: String,
    },
}

impl WindowError {
    /// "Your state can be a maximum of 1 MB per shard" (`services-kinesis-windows.html`), with a
    /// megabyte of 1,048,576 bytes, as in Lambda's other limits.
    pub(crate) const STATE_LIMIT: usize = 1024 * 1024;

    pub(crate) fn error_type(&self) -> &'static str {
        match self {
            Self::Missing => "StreamHandler.MissingWindow",
            Self::Unexpected => "StreamHandler.UnexpectedWindow",
            Self::UnreadableState { .. } => "StreamHandler.UnreadableState",
            Self::UnwritableState { .. } => "StreamHandler.UnwritableState",
            Self::StateTooLarge { .. } => "StreamHandler.StateTooLarge",
            Self::NotClosed { .. } => "StreamHandler.WindowNotClosed",
        }
    }
}

impl fmt::Display for WindowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "the event has no `window`, but the record handler has one: set \
                 `TumblingWindowInSeconds` (`tumbling_window_in_seconds`) on the event source \
                 mapping, or remove `window` from the record handler's attribute",
            ),
            Self::Unexpected => f.write_str(
                "the event belongs to a tumbling window, but the record handler has none: write \
                 `#[stream_handler(window = …)]` with a `#[state]` parameter, or remove \
                 `TumblingWindowInSeconds` (`tumbling_window_in_seconds`) from the event source \
                 mapping",
            ),
            Self::UnreadableState { error } => {
                write!(f, "the event's `state` can't be read: {error}")
            }
            Self::UnwritableState { error } => {
                write!(f, "the window's state can't be returned: {error}")
            }
            Self::StateTooLarge { bytes, limit } => write!(
                f,
                "the window's state has {bytes} bytes in JSON, and Lambda keeps at most {limit} \
                 per shard: keep less of each record, or make the window shorter"
            ),
            Self::NotClosed { error } => write!(f, "the window is not closed: {error}"),
        }
    }
}

impl Error for WindowError {}

/// Displays an error and its sources: `outer: middle: root`.
pub(crate) struct Chain<'e>(pub(crate) &'e (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(error) = next {
            write!(f, ": {error}")?;
            next = error.source();
        }
        Ok(())
    }
}
