//! The text of an event, and how it is split into records.

use std::{collections::BTreeMap, fmt, ops::Range, str::Utf8Error, sync::Arc};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny},
};
use serde_json::value::RawValue;

use crate::{
    body,
    error::EventError,
    json::{Cursor, Layouts, Object, OfRaw, Stop},
};

/// An event as Lambda sent it: its text, shared by all records that are decoded from it.
///
/// Cloning is cheap, and the text lives as long as the last clone. A record keeps one, so a record
/// that outlives its batch keeps the whole event in memory.
///
/// The text is validated when the event is split into records: an event that is not JSON fails the
/// invocation then, and nothing of it is processed.
#[derive(Clone)]
pub struct Event {
    json: Arc<String>,
    /// Whether records may be read by the layout of those before them: a switch for tests.
    by_layout: bool,
}

impl Event {
    /// The same event, each record of which is read for itself.
    pub(crate) fn without_layouts(self) -> Self {
        Self {
            by_layout: false,
            ..self
        }
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

    /// Reads records of this event one after another, by the layout of those before them.
    pub(crate) fn records<'e, E: OfRaw<'e>>(&self) -> impl ReadRecord<'e, E> + use<'e, E> {
        let mut layouts = self.by_layout.then(Layouts::new);
        move |cursor| match &mut layouts {
            Some(layouts) => layouts.record(cursor),
            None => cursor.record(),
        }
    }

    /// Where in the event a part of its text is; `None` for text that is not part of it.
    pub(crate) fn range(&self, part: &str) -> Option<Range<usize>> {
        let start = (part.as_ptr() as usize).checked_sub(self.json().as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (end <= self.json().len()).then_some(start..end)
    }

    /// Reads the whole event, and nothing behind it: what `read` makes of it, or what was found in
    /// place of what was expected.
    pub(crate) fn read<'e, T>(
        &'e self,
        expected: impl Fn() -> String,
        read: impl FnOnce(&mut Cursor<'e>) -> Result<T, Stop>,
    ) -> Result<T, EventError> {
        let mut cursor = Cursor::new(self.json());
        let result = read(&mut cursor).and_then(|value| cursor.end().map(|()| value));
        result.map_err(|stop| {
            let found = match (serde_json::from_str::<IgnoredAny>(self.json()), stop) {
                (Err(error), _) => format!("text that is not JSON: {error}"),
                (Ok(_), Stop::Found(found)) => found,
                (Ok(_), Stop::Here) => shape(self.json()),
            };
            EventError::new(expected(), found)
        })
    }
}

/// One record's JSON, as a part of its event.
#[derive(Clone)]
pub(crate) struct Origin {
    event: Event,
    range: Range<usize>,
}

impl Origin {
    /// The part of the event that `json` is.
    pub(crate) fn new(event: &Event, json: &str) -> Self {
        Self {
            event: event.clone(),
            range: event.range(json).unwrap_or_default(),
        }
    }

    /// That of a record that is part of no event.
    pub(crate) fn none() -> Self {
        Self::alone(String::new())
    }

    /// That of a record whose JSON is the whole event.
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

    /// The record's JSON; empty for a record that is part of no event.
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

/// Any JSON value is an event: whether it has the shape of a source's is found when it is split,
/// so that the error is ours and names the source.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let error = match Box::<RawValue>::deserialize(deserializer) {
            Ok(json) => return Ok(Self::from(String::from(Box::<str>::from(json)))),
            Err(error) => error,
        };
        // Under a `BodyLayer` there is nothing to read, and the body itself is ready.
        let body = body::handed_over(&error).ok_or(error)?;
        Self::from_body(body)
            .map_err(|error| D::Error::custom(format_args!("the event is not UTF-8: {error}")))
    }
}

impl fmt::Debug for Event {
    /// Only its size: events hold customers' data, and logs should not by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("bytes", &self.json().len())
            .finish_non_exhaustive()
    }
}

/// The records of an event, each read apart from the others, for [`Source::split`](crate::Source::split):
/// made by [`array_at`] and [`elements`], or of the JSON of each record, found in some other way.
#[derive(Debug)]
pub struct Split<'e, E> {
    /// The JSON of each.
    pub(crate) json: Vec<&'e str>,
    pub(crate) envelopes: Vec<serde_json::Result<E>>,
    /// Whether the event is one of a tumbling window, if that is known.
    pub(crate) is_window: Option<bool>,
}

impl<'e, E> Split<'e, E> {
    pub(crate) fn new() -> Self {
        Self {
            json: Vec::new(),
            envelopes: Vec::new(),
            is_window: None,
        }
    }

    fn reserve(&mut self, records: usize) {
        self.json.reserve(records);
        self.envelopes.reserve(records);
    }

    /// Adds a record's JSON and envelope.
    #[inline]
    pub(crate) fn push(&mut self, (json, envelope): (&'e str, serde_json::Result<E>)) {
        self.json.push(json);
        self.envelopes.push(envelope);
    }

    /// The same records, their envelopes within others.
    #[cfg(feature = "kpl")]
    pub(crate) fn map<F>(self, wrap: impl Fn(E) -> F) -> Split<'e, F> {
        let envelopes = self.envelopes.into_iter();
        Split {
            json: self.json,
            envelopes: envelopes.map(|envelope| envelope.map(&wrap)).collect(),
            is_window: self.is_window,
        }
    }

    /// Reads an array of records.
    pub(crate) fn array(
        &mut self,
        cursor: &mut Cursor<'e>,
        mut read: impl ReadRecord<'e, E>,
    ) -> Result<(), Stop> {
        cursor.array(|cursor| {
            let (start, is_first) = (cursor.at(), self.json.is_empty());
            self.push(read(cursor)?);
            if is_first {
                // Lists that grow are copied, and may end up twice as long as they must be.
                let alike = cursor.left() / (cursor.at() - start).max(1) + 1;
                self.reserve(alike.min(LARGEST_BATCH));
            }
            Ok(())
        })
    }
}

/// The largest batch of any event source mapping ("Lambda event source mappings", batch size).
const LARGEST_BATCH: usize = 10_000;

/// Reads one record: its JSON and its envelope.
pub(crate) trait ReadRecord<'e, E>:
    FnMut(&mut Cursor<'e>) -> Result<(&'e str, serde_json::Result<E>), Stop>
{
}

impl<'e, E, F> ReadRecord<'e, E> for F where
    F: FnMut(&mut Cursor<'e>) -> Result<(&'e str, serde_json::Result<E>), Stop>
{
}

impl<'e, E: Deserialize<'e>> FromIterator<&'e RawValue> for Split<'e, E> {
    fn from_iter<I: IntoIterator<Item = &'e RawValue>>(records: I) -> Self {
        let mut split = Self::new();
        for record in records {
            let envelope = serde_json::from_str(record.get());
            split.push((record.get(), envelope.map(|Object(envelope)| envelope)));
        }
        split
    }
}

/// The records in the array at a top-level key of an event.
///
/// # Errors
///
/// The event is not an object, or has no such key, or something else than an array there, or is not
/// JSON.
pub fn array_at<'e, E: Deserialize<'e>>(
    event: &'e Event,
    key: &str,
) -> Result<Split<'e, E>, EventError> {
    read_array_at(event, key, Cursor::record)
}

/// As [`array_at`], for envelopes that can be read by the layout of other records.
#[cfg_attr(
    not(any(
        feature = "dynamodb",
        feature = "firehose",
        feature = "kinesis",
        feature = "s3_batch",
        feature = "sqs"
    )),
    allow(
        dead_code,
        reason = "for sources whose events have an array of records"
    )
)]
pub(crate) fn alike_at<'e, E: OfRaw<'e>>(
    event: &'e Event,
    key: &str,
) -> Result<Split<'e, E>, EventError> {
    read_array_at(event, key, event.records())
}

fn read_array_at<'e, E>(
    event: &'e Event,
    key: &str,
    mut read: impl ReadRecord<'e, E>,
) -> Result<Split<'e, E>, EventError> {
    let expected = || format!("an object with an array `{key}`");
    event.read(expected, |cursor| {
        let mut records = None;
        let mut is_window = false;
        cursor.object(|name, value| {
            if name.as_deref() != Some(key) {
                is_window |= matches!(name.as_deref(), Some("window" | "isFinalInvokeForWindow"))
                    && value.peek() != Some(b'n');
                return value.pass();
            }
            if records.is_some() {
                // Either one alone would lose the other's records.
                return Err(Stop::Found(format!("an object with two `{key}`")));
            }
            if value.peek() != Some(b'[') {
                let kind = kind(value.raw()?.get());
                return Err(Stop::Found(format!("an object whose `{key}` is {kind}")));
            }
            records.insert(Split::new()).array(value, &mut read)
        })?;
        let split = records.ok_or(Stop::Here)?;
        Ok(Split {
            is_window: Some(is_window),
            ..split
        })
    })
}

/// The records of an event that is an array itself.
///
/// # Errors
///
/// The event is not an array, or not JSON.
pub fn elements<'e, E: Deserialize<'e>>(event: &'e Event) -> Result<Split<'e, E>, EventError> {
    event.read(
        || "an array".to_owned(),
        |cursor| {
            let mut split = Split::new();
            split.array(cursor, Cursor::record)?;
            split.is_window = Some(false);
            Ok(split)
        },
    )
}

/// What some JSON is: of an object, with which keys.
pub(crate) fn shape(json: &str) -> String {
    let fields = match serde_json::from_str::<BTreeMap<String, &RawValue>>(json) {
        Err(_) => return kind(json).to_owned(),
        Ok(fields) if fields.is_empty() => return "an empty object".to_owned(),
        Ok(fields) => fields,
    };
    let names: Vec<_> = fields
        .keys()
        .take(8)
        .map(|name| format!("`{name}`"))
        .collect();
    let rest = if fields.len() > names.len() {
        ", …"
    } else {
        ""
    };
    format!("an object with {}{rest}", names.join(", "))
}

/// What kind of value some JSON is.
pub(crate) fn kind(json: &str) -> &'static str {
    match json.trim_start().bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}
