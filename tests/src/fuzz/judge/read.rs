//! Reads JSON by `serde_json` alone.

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// The members of an object, in order, with those that are there twice.
#[derive(Debug)]
pub(super) struct Pairs<'a>(pub(super) Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Each)
    }
}

/// The text of a JSON string; `None` for any other value, and for lone surrogates.
pub(super) fn text(json: &RawValue) -> Option<Cow<'_, str>> {
    let json = json.get();
    if !json.starts_with('"') {
        return None;
    }
    // `&str` can't have escapes, and `Cow` would always be owned.
    if let Ok(text) = serde_json::from_str::<&str>(json) {
        return Some(Cow::Borrowed(text));
    }
    serde_json::from_str::<String>(json).ok().map(Cow::Owned)
}

/// An object's fields. A derived implementation would also accept an array.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a str) -> Option<T> {
    json.starts_with('{')
        .then(|| serde_json::from_str(json).ok())?
}

/// The bytes in a JSON string with base64.
pub(super) fn bytes(json: Option<&RawValue>) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(&*text(json?)?).ok()
}

/// A JSON number of seconds since 1970, to the millisecond.
pub(super) fn seconds(json: Option<&RawValue>) -> Option<SystemTime> {
    let seconds: f64 = json?.get().parse().ok()?;
    let nearest = Duration::try_from_secs_f64(seconds)
        .ok()?
        .checked_add(Duration::from_micros(500))?;
    time(u64::try_from(nearest.as_millis()).ok()?)
}

/// A JSON number of milliseconds since 1970, an integer.
pub(super) fn milliseconds(json: Option<&RawValue>) -> Option<SystemTime> {
    time(json?.get().parse().ok()?)
}

pub(super) fn time(milliseconds: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
}

/// What the judge does not settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct NoOpinion;

/// What something must be, unless that is not settled.
pub(in super::super) type Opinion<T> = Result<T, NoOpinion>;
