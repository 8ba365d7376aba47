//! Fields of a record's JSON, as the sources read them.

#[cfg(any(feature = "dynamodb", feature = "kinesis"))]
use std::time::{Duration, SystemTime};
use std::{borrow::Cow, ops::Range};

use serde_json::value::RawValue;

#[cfg(any(feature = "dynamodb", feature = "kinesis", feature = "sqs"))]
use crate::ItemIdentifier;
use crate::{Event, error::DecodeError};

/// A string that a record took from its event: a part of the event's text, or a copy if it had
/// escapes in it.
#[derive(Clone)]
pub(super) enum Text {
    Missing,
    Shared(Range<usize>),
    Owned(Box<str>),
}

impl Text {
    pub(super) fn new(event: &Event, json: Option<&RawValue>) -> Self {
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
    pub(super) fn owned(text: impl Into<Box<str>>) -> Self {
        Self::Owned(text.into())
    }

    /// The text; `event` is that which the text was taken from.
    pub(super) fn get<'a>(&'a self, event: &'a Event) -> Option<&'a str> {
        match self {
            Self::Missing => None,
            Self::Shared(range) => event.json().get(range.clone()),
            Self::Owned(text) => Some(text),
        }
    }
}

/// A JSON string's text; `None` for any other value.
pub(super) fn string(json: &RawValue) -> Option<Cow<'_, str>> {
    let inner = json.get().strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(json.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// A JSON string that must be there, or the error that names it.
pub(super) fn required<'e>(
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
#[cfg(any(feature = "dynamodb", feature = "kinesis"))]
pub(super) fn timestamp(json: Option<&RawValue>) -> Option<SystemTime> {
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

/// Compares the `eventSource` of a record with the source's own; a record without one passes.
#[cfg(any(feature = "dynamodb", feature = "kinesis", feature = "sqs"))]
pub(super) fn foreign<'a>(event_source: Option<&'a RawValue>, own: &str) -> Option<Cow<'a, str>> {
    let name = string(event_source?)?;
    (name != own).then_some(name)
}

/// The identifier in a JSON value, if it is a string and not empty.
#[cfg(any(feature = "dynamodb", feature = "kinesis", feature = "sqs"))]
pub(super) fn identifier(json: Option<&RawValue>) -> Option<ItemIdentifier> {
    ItemIdentifier::new(string(json?)?)
}
