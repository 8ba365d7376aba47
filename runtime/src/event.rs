//! The text of an event, and how it falls apart into records.

use std::{
    any::TypeId,
    collections::BTreeMap,
    fmt,
    ops::Range,
    str::Utf8Error,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny},
};
use serde_json::value::RawValue;

use crate::{
    Source, body,
    error::EventError,
    json::{OfRaw, Patterns, Reader},
};

/// An event as Lambda sent it: JSON text, shared by all records that are decoded from it.
///
/// Cloning is cheap, and the text lives as long as the last clone. A record keeps one, so a record
/// that outlives its batch keeps the whole event in memory.
#[derive(Clone)]
pub struct Event(Arc<Inner>);

struct Inner {
    json: Box<str>,
    /// Why the text is no JSON; `None` if it is.
    malformed: Option<String>,
    /// Where each record's JSON is, as the source says that asked first.
    records: OnceLock<(TypeId, Vec<Range<usize>>)>,
}

impl Event {
    fn new(json: Box<str>, malformed: Option<String>) -> Self {
        Self(Arc::new(Inner {
            json,
            malformed,
            records: OnceLock::new(),
        }))
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
        &self.0.json
    }

    /// Reads the event from its beginning, if it is JSON.
    pub(crate) fn reader(&self) -> Option<Reader<'_>> {
        self.0.malformed.is_none().then(|| Reader::new(self.json()))
    }

    /// What stands for the event of one record alone: its JSON.
    pub(crate) fn of_one<S: Source>(record: &str) -> Self {
        let event = Self::from(Box::from(record));
        event.found::<S>(vec![event.json()]);
        event
    }

    /// Keeps where records are that a source found.
    pub(crate) fn found<S: Source>(&self, records: Vec<&str>) {
        let ranges = || {
            // Owned, so that this takes no more memory.
            let ranges = records
                .into_iter()
                .map(|json| self.range(json).unwrap_or_default());
            (TypeId::of::<S>(), ranges.collect())
        };
        self.0.records.get_or_init(ranges);
    }

    /// The JSON of one record, by its position in the event: what is not there has no JSON.
    pub(crate) fn record<S: Source>(&self, index: usize) -> Option<&str> {
        match self.0.records.get() {
            Some((source, ranges)) if *source == TypeId::of::<S>() => {
                self.json().get(ranges.get(index)?.clone())
            }
            _ => S::split(self).ok()?.json.get(index).copied(),
        }
    }

    /// Where in the event a part of its text is; `None` for text that is not part of it.
    pub(crate) fn range(&self, part: &str) -> Option<Range<usize>> {
        let start = (part.as_ptr() as usize).checked_sub(self.json().as_ptr() as usize)?;
        let end = start.checked_add(part.len())?;
        (end <= self.json().len()).then_some(start..end)
    }
}

impl From<String> for Event {
    fn from(json: String) -> Self {
        Self::from(json.into_boxed_str())
    }
}

impl From<Box<str>> for Event {
    fn from(json: Box<str>) -> Self {
        let malformed = serde_json::from_str::<IgnoredAny>(&json).err();
        Self::new(json, malformed.map(|error| error.to_string()))
    }
}

/// Any JSON value is an event: whether it has the shape of a source's is found when it is split,
/// so that the answer is ours and names the source.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let error = match Box::<RawValue>::deserialize(deserializer) {
            Ok(json) => return Ok(Self::new(json.into(), None)),
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

/// The records of an event, each read apart from the others, for [`Source::split`]: made by
/// [`array_at`] and [`elements`], or of the JSON of each record, found in some other way.
#[derive(Debug)]
pub struct Split<'e, E> {
    /// The JSON of each.
    pub(crate) json: Vec<&'e str>,
    pub(crate) envelopes: Vec<serde_json::Result<E>>,
}

impl<'e, E> Split<'e, E> {
    pub(crate) fn new() -> Self {
        Self {
            json: Vec::new(),
            envelopes: Vec::new(),
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
        }
    }

    /// Reads an array of records; `None` for anything else.
    fn array(reader: &mut Reader<'e>, mut read: impl Read<'e, E>) -> Option<Self> {
        let mut left = reader.left();
        let mut elements = reader.elements()?;
        let mut split = Self::new();
        while let Some(element) = elements.next() {
            split.push(read(element));
            if split.json.len() == 1 {
                // Lists that grow are copied, and may end up twice as long as they must be.
                left -= element.left().min(left);
                let alike = element.left() / left.max(1) + 1;
                split.reserve(alike.min(LARGEST_BATCH));
            }
        }
        // Anything else would be records that were not read.
        elements.is_at_end().then_some(split)
    }
}

/// The largest batch of any event source mapping ("Lambda event source mappings", batch size).
const LARGEST_BATCH: usize = 10_000;

/// Reads one record: its JSON and its envelope.
trait Read<'e, E>: FnMut(&mut Reader<'e>) -> (&'e str, serde_json::Result<E>) {}

impl<'e, E, F: FnMut(&mut Reader<'e>) -> (&'e str, serde_json::Result<E>)> Read<'e, E> for F {}

impl<'e, E: Deserialize<'e>> FromIterator<&'e RawValue> for Split<'e, E> {
    fn from_iter<I: IntoIterator<Item = &'e RawValue>>(records: I) -> Self {
        let mut split = Self::new();
        for record in records {
            split.push(Reader::new(record.get()).read());
        }
        split
    }
}

/// The records in the array at a top-level key of an event.
///
/// # Errors
///
/// The event is not an object, or has no such key, or something else than an array there.
pub fn array_at<'e, E: Deserialize<'e>>(
    event: &'e Event,
    key: &str,
) -> Result<Split<'e, E>, EventError> {
    read_array_at(event, key, Reader::read)
}

/// As [`array_at`], for envelopes that can be read from records that are alike.
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
    let mut patterns = Patterns::new();
    read_array_at(event, key, |reader: &mut Reader<'e>| patterns.read(reader))
}

fn read_array_at<'e, E>(
    event: &'e Event,
    key: &str,
    read: impl Read<'e, E>,
) -> Result<Split<'e, E>, EventError> {
    find_array_at(event, key, read)
        .map_err(|found| EventError::new(format!("an object with an array `{key}`"), found))
}

/// The same, or what was found instead.
fn find_array_at<'e, E>(
    event: &'e Event,
    key: &str,
    mut read: impl Read<'e, E>,
) -> Result<Split<'e, E>, String> {
    let otherwise = || shape(event.json());
    let mut reader = event.reader().ok_or_else(otherwise)?;
    let mut members = reader.members().ok_or_else(otherwise)?;
    let mut records = None;
    while let Some((name, value)) = members.next() {
        if name != key {
            value.value();
            continue;
        }
        if records.is_some() {
            // Either one alone would lose the other's records.
            return Err(format!("an object with two `{key}`"));
        }
        let mut at = value.clone();
        records = Some(
            Split::array(value, &mut read)
                .ok_or_else(|| format!("an object whose `{key}` is {}", kind(at.value())))?,
        );
    }
    // Further on there might be another.
    let records = records.filter(|_| members.is_at_end());
    records.ok_or_else(otherwise)
}

/// The records of an event that is an array itself.
///
/// # Errors
///
/// The event is not an array.
pub fn elements<'e, E: Deserialize<'e>>(event: &'e Event) -> Result<Split<'e, E>, EventError> {
    let split = event
        .reader()
        .and_then(|mut reader| Split::array(&mut reader, Reader::read));
    split.ok_or_else(|| EventError::new("an array", shape(event.json())))
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
