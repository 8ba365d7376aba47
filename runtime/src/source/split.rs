//! How an event is split into records.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{
    Event, EventError,
    json::{Cursor, Layouts, Object, OfRaw, Stop, kind, shape},
};

/// The records of an event, each read separately: what [`Source::split`](crate::Source::split)
/// returns. Made by [`array_at`] and [`elements`], or collected from the JSON of each record.
#[derive(Debug)]
pub struct Split<'e, E> {
    /// The JSON of each record.
    pub(crate) json: Vec<&'e str>,
    pub(crate) envelopes: Vec<serde_json::Result<E>>,
    /// Whether the event belongs to a tumbling window, if known.
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

    /// The same records, with each envelope wrapped in another.
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
                // Growing the lists would copy them, and may double the memory.
                let alike = cursor.left() / (cursor.at() - start).max(1) + 1;
                self.reserve(alike.min(LARGEST_BATCH));
            }
            Ok(())
        })
    }
}

/// The maximum batch size of any event source mapping ("Lambda event source mappings", batch size).
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
/// The event is not JSON or not an object, the key is missing, or its value is not an array.
pub fn array_at<'e, E: Deserialize<'e>>(
    event: &'e Event,
    key: &str,
) -> Result<Split<'e, E>, EventError> {
    read_array_at(event, key, Cursor::record)
}

/// Like [`array_at`], for envelopes that can be read with the layout of earlier records.
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
pub(super) fn alike_at<'e, E: OfRaw<'e>>(
    event: &'e Event,
    key: &str,
) -> Result<Split<'e, E>, EventError> {
    read_array_at(event, key, alike(event))
}

fn read_array_at<'e, E>(
    event: &'e Event,
    key: &str,
    mut read: impl ReadRecord<'e, E>,
) -> Result<Split<'e, E>, EventError> {
    let expected = || format!("an object with an array `{key}`");
    read_event(event, expected, |cursor| {
        let mut records = None;
        let mut is_window = false;
        cursor.object(|name, value| {
            if name.as_deref() != Some(key) {
                is_window |= matches!(name.as_deref(), Some("window" | "isFinalInvokeForWindow"))
                    && value.peek() != Some(b'n');
                return value.pass();
            }
            if records.is_some() {
                // Reading only one of the arrays would lose the records of the other.
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

/// The records of an event that is itself an array.
///
/// # Errors
///
/// The event is not an array, or not JSON.
pub fn elements<'e, E: Deserialize<'e>>(event: &'e Event) -> Result<Split<'e, E>, EventError> {
    read_event(
        event,
        || "an array".to_owned(),
        |cursor| {
            let mut split = Split::new();
            split.array(cursor, Cursor::record)?;
            split.is_window = Some(false);
            Ok(split)
        },
    )
}

/// Reads the records of this event one after another, with the layout of earlier records.
pub(super) fn alike<'e, E: OfRaw<'e>>(event: &Event) -> impl ReadRecord<'e, E> + use<'e, E> {
    let mut layouts = event.by_layout().then(Layouts::new);
    move |cursor| match &mut layouts {
        Some(layouts) => layouts.record(cursor),
        None => cursor.record(),
    }
}

/// Reads a whole event with `read`; trailing text is an error. The error says what was expected and what
/// was found.
pub(super) fn read_event<'e, T>(
    event: &'e Event,
    expected: impl Fn() -> String,
    read: impl FnOnce(&mut Cursor<'e>) -> Result<T, Stop>,
) -> Result<T, EventError> {
    let mut cursor = Cursor::new(event.json());
    let result = read(&mut cursor).and_then(|value| cursor.end().map(|()| value));
    result.map_err(|stop| {
        let found = match (serde_json::from_str::<IgnoredAny>(event.json()), stop) {
            (Err(error), _) => format!("text that is not JSON: {error}"),
            (Ok(_), Stop::Found(found)) => found,
            (Ok(_), Stop::Here) => shape(event.json()),
        };
        EventError::new(expected(), found)
    })
}
