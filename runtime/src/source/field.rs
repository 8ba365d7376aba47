//! Fields of a record's JSON, as the sources read them.
#![cfg_attr(
    not(all(
        feature = "dynamodb",
        feature = "firehose",
        feature = "kafka",
        feature = "kinesis",
        feature = "sqs"
    )),
    allow(dead_code, reason = "which fields are read depends on the sources")
)]

use std::time::{Duration, SystemTime};
use std::{borrow::Cow, fmt, ops::Range};

use crate::{Event, ItemIdentifier, error::DecodeError, json::kind};

pub(super) use crate::json::Raw;

/// A string from a record's event: a range of the event's text, or a copy if the string contains
/// escapes.
#[derive(Clone)]
pub(super) enum Text {
    Missing,
    Shared(Range<usize>),
    Owned(Box<str>),
}

impl Text {
    pub(super) fn new(event: &Event, json: Option<Raw<'_>>) -> Self {
        match json.and_then(Raw::string) {
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

    /// The text; `event` is the event that the text comes from.
    pub(super) fn get<'a>(&'a self, event: &'a Event) -> Option<&'a str> {
        match self {
            Self::Missing => None,
            Self::Shared(range) => event.json().get(range.clone()),
            Self::Owned(text) => Some(text),
        }
    }
}

/// A time from a record's event, as a JSON number of seconds since 1970. Parsed only on request, since
/// few record handlers use it.
#[derive(Clone)]
pub(super) enum Seconds {
    Missing,
    Shared(Range<usize>),
    Known(SystemTime),
}

impl Seconds {
    pub(super) fn new(event: &Event, json: Option<Raw<'_>>) -> Self {
        json.and_then(|json| event.range(json.get()))
            .map_or(Self::Missing, Self::Shared)
    }

    /// The time; `event` is the event that the time comes from.
    pub(super) fn get(&self, event: &Event) -> Option<SystemTime> {
        match self {
            Self::Missing => None,
            Self::Shared(range) => timestamp(event.json().get(range.clone())?),
            Self::Known(time) => Some(*time),
        }
    }
}

/// A required JSON string, or an error that names the missing field.
pub(super) fn required(
    json: Option<Raw<'_>>,
    field: impl fmt::Display,
) -> Result<Cow<'_, str>, DecodeError> {
    match json {
        None => Err(DecodeError::new(format!("`{field}` is missing"))),
        Some(json) => json.string().ok_or_else(|| {
            let what = match kind(json.get()) {
                "a string" => {
                    "is a string with half a surrogate pair, which is not text".to_owned()
                }
                other => format!("is {other}, not a string"),
            };
            DecodeError::new(format!("`{field}` {what}"))
        }),
    }
}

/// Reads a JSON number of seconds since 1970, maybe with a fraction, to the millisecond.
fn timestamp(json: &str) -> Option<SystemTime> {
    let seconds: f64 = json.parse().ok()?;
    // Present-day seconds need 31 bits. An `f64` then has well over millisecond precision, but not
    // nanosecond precision.
    let nearest = Duration::try_from_secs_f64(seconds)
        .ok()?
        .checked_add(Duration::from_micros(500))?
        .as_millis();
    let millis = Duration::from_millis(u64::try_from(nearest).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(millis)
}

/// Compares the `eventSource` of a record with the source's own; a record without one passes.
pub(super) fn foreign<'a>(event_source: Option<Raw<'a>>, own: &str) -> Option<Cow<'a, str>> {
    let name = event_source?.string()?;
    (name != own).then_some(name)
}

/// The identifier in a JSON value, if it is a string and not empty.
pub(super) fn identifier(json: Option<Raw<'_>>) -> Option<ItemIdentifier> {
    ItemIdentifier::new(json?.string()?)
}

/// A JSON number of milliseconds since 1970.
pub(super) fn milliseconds(json: Option<Raw<'_>>) -> Option<SystemTime> {
    let millis = json?.get().parse().ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}
