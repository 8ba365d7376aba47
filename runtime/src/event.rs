//! The text of an event, and how it falls apart into records.

use std::{
    any::TypeId,
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    marker::PhantomData,
    ops::Range,
    sync::{Arc, OnceLock},
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

use crate::{Source, error::EventError};

/// An event as Lambda sent it: JSON text, shared by all records that are decoded from it.
///
/// Cloning is cheap, and the text lives as long as the last clone. A record keeps one, so a record
/// that outlives its batch keeps the whole event in memory.
#[derive(Clone)]
pub struct Event(Arc<Inner>);

struct Inner {
    json: Box<str>,
    /// Where each record's JSON is, as the source says that asked first.
    records: OnceLock<(TypeId, Vec<Option<Range<usize>>>)>,
}

impl Event {
    /// The event's JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        &self.0.json
    }

    /// What stands for the event of one record alone: its JSON.
    pub(crate) fn of_one<S: Source>(record: &str) -> Self {
        let records = vec![Some(0..record.len())];
        Self(Arc::new(Inner {
            json: record.into(),
            records: OnceLock::from((TypeId::of::<S>(), records)),
        }))
    }

    /// The JSON of one record, by its position in the event: what is not there has no JSON.
    pub(crate) fn record<S: Source>(&self, index: usize) -> Option<&str> {
        let find = || {
            let isolated = S::isolate(self.json()).unwrap_or_default();
            let ranges = isolated.iter().map(|json| self.range(json.get()));
            (TypeId::of::<S>(), ranges.collect::<Vec<_>>())
        };
        let (source, records) = self.0.records.get_or_init(find);
        let range = if *source == TypeId::of::<S>() {
            records.get(index)?.clone()?
        } else {
            find().1.get(index)?.clone()?
        };
        Some(&self.json()[range])
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
        Self(Arc::new(Inner {
            json,
            records: OnceLock::new(),
        }))
    }
}

/// Any JSON value is an event: whether it has the shape of a source's is found when it is split,
/// so that the answer is ours and names the source.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self::from(Box::<str>::from(json)))
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

/// The elements of the array at a top-level key of an event, for [`Source::isolate`].
///
/// # Errors
///
/// The event is not an object, or has no such key, or something else than an array there.
pub fn array_at<'e>(event: &'e str, key: &'static str) -> Result<Vec<&'e RawValue>, EventError> {
    elements(event, key).map_err(|error| {
        EventError::new(
            format!("an object with an array `{key}`"),
            found(event, key, &error),
        )
    })
}

/// The elements of the array at a top-level key of an event, read in one pass, for
/// [`Source::split`]. `None` when any of them is not a `T`.
#[must_use]
pub fn split_array_at<'e, T: Deserialize<'e>>(event: &'e str, key: &'static str) -> Option<Vec<T>> {
    let objects: Vec<Object<T>> = elements(event, key).ok()?;
    Some(objects.into_iter().map(|Object(element)| element).collect())
}

/// Reads a `T` from an object alone: what `serde` derives takes an array too, by position.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

fn elements<'e, T: Deserialize<'e>>(
    event: &'e str,
    key: &'static str,
) -> serde_json::Result<Vec<T>> {
    let mut deserializer = serde_json::Deserializer::from_str(event);
    let elements = deserializer.deserialize_map(ArrayAt(key, PhantomData))?;
    // What follows might be more records.
    deserializer.end()?;
    Ok(elements)
}

/// Reads the array at one key of an object, and nothing else.
struct ArrayAt<T>(&'static str, PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ArrayAt<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with an array `{}`", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut elements = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key != self.0 {
                map.next_value::<IgnoredAny>()?;
            } else if elements.replace(map.next_value()?).is_some() {
                // Either one alone would lose the other's records.
                return Err(Error::duplicate_field(self.0));
            }
        }
        elements.ok_or_else(|| Error::missing_field(self.0))
    }
}

/// What an event without the array at `key` has instead.
pub(crate) fn found(event: &str, key: &str, error: &serde_json::Error) -> String {
    match serde_json::from_str::<BTreeMap<String, &RawValue>>(event) {
        Err(_) => kind(event).to_owned(),
        Ok(fields) if fields.is_empty() => "an empty object".to_owned(),
        Ok(fields) => match fields.get(key) {
            Some(value) if !value.get().starts_with('[') => {
                format!("an object whose `{key}` is {}", kind(value.get()))
            }
            Some(_) => error.to_string(),
            None => {
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
        },
    }
}

/// What kind of value some JSON is.
fn kind(json: &str) -> &'static str {
    match json.trim_start().bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}
