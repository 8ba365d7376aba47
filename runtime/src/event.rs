//! The text of an event.

use std::{fmt, ops::Range, str::Utf8Error, sync::Arc};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;

use crate::body;

/// An event as Lambda sent it: its text, shared by all records that are decoded from it.
///
/// Cloning is cheap, and the text lives as long as the last clone. A record keeps one, so a record
/// that outlives its batch keeps the whole event in memory.
///
/// The text is validated when the event is split into records. An event that is not JSON fails the
/// invocation before any record is processed.
#[derive(Clone)]
pub struct Event {
    json: Arc<String>,
    /// Whether records may be read by the layouts of earlier records. Only tests turn this off.
    by_layout: bool,
}

impl Event {
    /// The same event, but each record is parsed in full.
    pub(crate) fn without_layouts(self) -> Self {
        Self {
            by_layout: false,
            ..self
        }
    }

    /// Whether records may be read by the layouts of earlier records.
    pub(crate) fn by_layout(&self) -> bool {
        self.by_layout
    }

    /// An event from the body of an invocation. The body is not copied if nothing else holds it.
    pub(crate) fn from_body(body: Bytes) -> Result<Self, Utf8Error> {
        match String::from_utf8(body.into()) {
            Ok(json) => Ok(json.into()),
            // The error itself holds the body.
            Err(error) => Err(error.utf8_error()),
        }
    }

    /// The event's JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The range of `part` in the event's text; `None` if `part` is not a slice of that text.
    pub(crate) fn range(&self, part: &str) -> Option<Range<usize>> {
        let start = (part.as_ptr() as usize).checked_sub(self.json().as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (end <= self.json().len()).then_some(start..end)
    }
}

/// The same event, but each record is parsed in full, without layouts. Tests use it to check that
/// layouts make no difference.
#[must_use]
pub fn without_layouts(event: Event) -> Event {
    event.without_layouts()
}

/// One record's JSON, as a part of its event.
#[derive(Clone)]
pub(crate) struct Origin {
    event: Event,
    range: Range<usize>,
}

#[cfg_attr(
    not(any(
        feature = "dynamodb",
        feature = "firehose",
        feature = "kafka",
        feature = "kinesis",
        feature = "sqs"
    )),
    allow(dead_code, reason = "what a record keeps depends on the sources")
)]
impl Origin {
    /// The origin of a record whose JSON is the slice `json` of the event's text.
    pub(crate) fn new(event: &Event, json: &str) -> Self {
        Self {
            event: event.clone(),
            range: event.range(json).unwrap_or_default(),
        }
    }

    /// The origin of a record that is not part of an event.
    pub(crate) fn none() -> Self {
        Self::alone(String::new())
    }

    /// The origin of a record whose JSON is the whole event.
    #[cfg_attr(
        not(any(feature = "kafka", feature = "sqs")),
        allow(dead_code, reason = "for some sources")
    )]
    pub(crate) fn alone(json: String) -> Self {
        let event = Event::from(json);
        Self {
            range: 0..event.json().len(),
            event,
        }
    }

    pub(crate) fn event(&self) -> &Event {
        &self.event
    }

    /// The record's JSON; empty for a record that is not part of an event.
    pub(crate) fn json(&self) -> &str {
        self.event
            .json()
            .get(self.range.clone())
            .unwrap_or_default()
    }
}

impl From<String> for Event {
    fn from(json: String) -> Self {
        Self {
            json: Arc::new(json),
            by_layout: true,
        }
    }
}

/// Any JSON value is an event. Splitting it checks the form that the source needs, so that the
/// error is ours and names the source.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let error = match Box::<RawValue>::deserialize(deserializer) {
            Ok(json) => return Ok(Self::from(String::from(Box::<str>::from(json)))),
            Err(error) => error,
        };
        // With a `BodyLayer` the input is empty, and the body itself is ready.
        let body = body::handed_over(&error).ok_or(error)?;
        Self::from_body(body)
            .map_err(|error| D::Error::custom(format_args!("the event is not UTF-8: {error}")))
    }
}

impl fmt::Debug for Event {
    /// Shows only the size, so that customers' data does not get into logs by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("bytes", &self.json().len())
            .finish_non_exhaustive()
    }
}
