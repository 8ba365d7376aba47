//! JSON documents that hold a payload, or are one: what the envelopes of SNS, EventBridge and S3
//! have in common.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{DecodeError, json::shape};

/// A JSON string, borrowed unless it has escapes in it. (`Option<Cow<str>>` would never borrow.)
#[derive(Deserialize)]
pub(super) struct Str<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// Reads a document; the error says `failed`, and where in the document it did.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a str, failed: &str) -> Result<T, DecodeError> {
    serde_json::from_str(json).map_err(|error| {
        // Again, for the path: only a bad record pays for it.
        let deserializer = &mut serde_json::Deserializer::from_str(json);
        let path = match serde_path_to_error::deserialize::<_, T>(deserializer) {
            Err(error) if error.path().iter().next().is_some() => {
                format!(", at `{}`", error.path())
            }
            _ => String::new(),
        };
        DecodeError::new(format!("{failed}{path}")).because(error)
    })
}

/// What a document is that is not what it was to be: ``an object with `a`, `b` ``.
pub(super) fn describe(json: &str) -> String {
    match serde_json::from_str::<IgnoredAny>(json) {
        Err(_) => "not JSON".to_owned(),
        Ok(_) => match serde_json::from_str::<Cow<'_, str>>(json) {
            Ok(text) if text.trim_start().starts_with('{') => {
                "a string of JSON: it is encoded twice".to_owned()
            }
            _ => shape(json),
        },
    }
}

/// The string at a key of a document; `None` for anything else there.
pub(super) fn text_at<'a>(json: &'a str, key: &str) -> Option<Cow<'a, str>> {
    let text: Str<'a> = serde_json::from_str(value_at(json, key)?.get()).ok()?;
    Some(text.0)
}

/// The value at a key of a document, unless that is missing or null.
pub(super) fn value_at<'a>(json: &'a str, key: &str) -> Option<&'a RawValue> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = deserializer.deserialize_map(At(key)).ok()??;
    (value.get() != "null").then_some(value)
}

struct At<'k>(&'k str);

impl<'de> Visitor<'de> for At<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(Str(key)) = map.next_key()? {
            if key == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
