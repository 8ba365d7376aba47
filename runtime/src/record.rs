//! What a handler's first parameter can be.

use std::{
    borrow::Cow,
    ops::Range,
    time::{Duration, SystemTime},
};

use serde_json::value::RawValue;

use crate::{Event, Source, error::DecodeError};

/// A type that a handler can take as its record. It names its event source and decodes itself
/// from one raw record.
///
/// Implemented by `kinesis::KinesisRecord`, `dynamodb::DynamoDbRecord` and `sqs::SqsMessage`, and
/// with the Cargo feature `aws_lambda_events` by that crate's record types. See [`Source`] for one
/// of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record that a handler can take",
    label = "not a record",
    note = "a handler takes one record, by value: `KinesisRecord<T>`, `DynamoDbRecord<T>` or \
            `SqsMessage<T>` of `stream_handler`, each with the Cargo feature of its source; or, \
            with the Cargo feature `aws_lambda_events`, a record type of that crate",
    note = "for a payload `T` in JSON write `KinesisRecord<Json<T>>` or `SqsMessage<Json<T>>`",
    note = "for a whole batch write the type of one of its records, and the handler is called for \
            each: `T` for `Vec<T>` and `LambdaEvent<T>`, `KinesisEventRecord` for `KinesisEvent`, \
            `SqsMessage` for `SqsEvent`, `dynamodb::EventRecord` for `dynamodb::Event`"
)]
pub trait Record: Sized {
    /// The event source whose records these are.
    type Source: Source;

    /// Decodes the record.
    ///
    /// # Errors
    ///
    /// It is not what the type expects; the record then fails as undecodable, and no other does.
    /// A panic has the same effect.
    fn decode(raw: RawRecord<'_, '_, Self::Source>) -> Result<Self, DecodeError>;
}

/// One record before it is decoded.
#[derive(Debug)]
pub struct RawRecord<'a, 'e, S: Source> {
    event: &'a Event,
    index: usize,
    envelope: &'a S::Envelope<'e>,
}

impl<'a, 'e, S: Source> RawRecord<'a, 'e, S> {
    pub(crate) fn new(event: &'a Event, index: usize, envelope: &'a S::Envelope<'e>) -> Self {
        Self {
            event,
            index,
            envelope,
        }
    }

    /// What the source reads of each record.
    #[must_use]
    pub fn envelope(&self) -> &'a S::Envelope<'e> {
        self.envelope
    }

    /// The event that the record is part of.
    #[must_use]
    pub fn event(&self) -> &'a Event {
        self.event
    }

    /// The record's position in the event, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The record's own JSON. The first call for an event finds that of all its records.
    #[must_use]
    pub fn json(&self) -> &'a str {
        self.event.record::<S>(self.index).unwrap_or_default()
    }
}

/// A string that a record took from its event: a part of the event's text, or a copy if it had
/// escapes in it.
#[derive(Clone)]
pub(crate) enum Text {
    Missing,
    Shared(Range<usize>),
    Owned(Box<str>),
}

impl Text {
    pub(crate) fn new(event: &Event, json: Option<&RawValue>) -> Self {
        match json.and_then(string) {
            None => Self::Missing,
            Some(Cow::Owned(text)) => Self::Owned(text.into()),
            Some(Cow::Borrowed(text)) => match event.range(text) {
                Some(range) => Self::Shared(range),
                None => Self::Owned(text.into()),
            },
        }
    }

    /// Text that is not from an event.
    pub(crate) fn owned(text: impl Into<Box<str>>) -> Self {
        Self::Owned(text.into())
    }

    /// The text; `event` is that which the text was taken from.
    pub(crate) fn get<'a>(&'a self, event: &'a Event) -> Option<&'a str> {
        match self {
            Self::Missing => None,
            Self::Shared(range) => event.json().get(range.clone()),
            Self::Owned(text) => Some(text),
        }
    }
}

/// A JSON string's text; `None` for any other value.
pub(crate) fn string(json: &RawValue) -> Option<Cow<'_, str>> {
    let inner = json.get().strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(json.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// A JSON string that must be there, or the error that names it.
pub(crate) fn required<'e>(
    json: Option<&'e RawValue>,
    field: &'static str,
) -> Result<Cow<'e, str>, DecodeError> {
    match json {
        None => Err(DecodeError::new(format!("`{field}` is missing"))),
        Some(json) => {
            string(json).ok_or_else(|| DecodeError::new(format!("`{field}` is not a valid string")))
        }
    }
}

/// A JSON number of seconds since 1970, with whatever fraction it has, to the millisecond.
pub(crate) fn timestamp(json: Option<&RawValue>) -> Option<SystemTime> {
    let seconds: f64 = json?.get().parse().ok()?;
    // Seconds of today need 31 bits: a double is exact to well below the millisecond, but not to
    // the nanosecond.
    let nearest = Duration::try_from_secs_f64(seconds)
        .ok()?
        .checked_add(Duration::from_micros(500))?
        .as_millis();
    let millis = Duration::from_millis(u64::try_from(nearest).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(millis)
}
