//! JSON documents that are or contain a payload: code shared by SNS, EventBridge and S3.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    DecodeError,
    json::{kind, mismatch::explain},
};

/// A JSON string, borrowed unless it contains escapes. (`Option<Cow<str>>` would never borrow.)
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Str<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// Reads a document. The error says `failed` and where in the document reading failed.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a str, failed: &str) -> Result<T, DecodeError> {
    serde_json::from_str(json).map_err(|error| explain::<T>(json.as_bytes(), failed, error))
}

/// Keys of documents that AWS services write. Messages name only these, since other keys may be private.
const KNOWN: [&str; 27] = [
    "EventVersion",
    "Event",
    "Message",
    "MessageAttributes",
    "MessageId",
    "Records",
    "Signature",
    "SignatureVersion",
    "SigningCertURL",
    "Subject",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
    "UnsubscribeURL",
    "account",
    "detail",
    "detail-type",
    "id",
    "region",
    "resources",
    "responsePayload",
    "requestPayload",
    "source",
    "time",
    "version",
];

/// Describes an unexpected document: ``an object with `Message` and other keys``.
pub(super) fn describe(json: &str) -> String {
    if let Ok(text) = serde_json::from_str::<Cow<'_, str>>(json) {
        if text.trim_start().starts_with('{') {
            return "a string of JSON: it is encoded twice".to_owned();
        }
    }
    let members = match serde_json::from_str::<BTreeMap<Str<'_>, &RawValue>>(json) {
        Ok(members) => members,
        Err(error) if error.is_data() => return kind(json).to_owned(),
        Err(_) => return "not JSON".to_owned(),
    };
    let mut names: Vec<String> = KNOWN
        .into_iter()
        .filter(|name| members.keys().any(|Str(key)| key == name))
        .take(8)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() < members.len() {
        names.push("other keys".to_owned());
    }
    if names.is_empty() {
        return "an empty object".to_owned();
    }
    format!("an object with {}", names.join(", "))
}

/// The string at a key of a document; `None` for any other value.
pub(super) fn text_at<'a>(json: &'a str, key: &str) -> Option<Cow<'a, str>> {
    let text: Str<'a> = serde_json::from_str(value_at(json, key)?.get()).ok()?;
    Some(text.0)
}

/// The value at a key of a document; `None` if it is missing or null.
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
