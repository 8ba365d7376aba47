//! How the text of an event is read.
//!
//! Only the punctuation around records is read here ([`cursor`]). `serde_json` reads, and so
//! validates, every key and value, used or not. [`layout`] is an optimisation that can be removed:
//! it reads records that share a layout faster, and accepts the same events.

mod cursor;
mod kind;
mod layout;
pub(crate) mod mismatch;
mod text;

use std::{borrow::Cow, fmt, marker::PhantomData};

use memchr::memchr;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

pub(crate) use self::{
    cursor::{Cursor, Stop},
    kind::{kind, shape},
    layout::{Layouts, OfRaw, of_raw},
};

/// The JSON of any value. Like `&RawValue`, but made from a part of a validated text without
/// validating it again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'e>(&'e str);

impl<'e> Raw<'e> {
    /// Wraps a value's JSON, which the caller has validated.
    pub(crate) fn of(json: &'e str) -> Self {
        Self(json)
    }

    /// The value's JSON.
    pub(crate) fn get(self) -> &'e str {
        self.0
    }

    /// A string's text; `None` for any other value, and for a string that is not text because it
    /// has a lone surrogate.
    #[inline]
    pub(crate) fn string(self) -> Option<Cow<'e, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        match memchr(b'\\', inner.as_bytes()) {
            None => Some(Cow::Borrowed(inner)),
            Some(first) => text::unescape(inner, first)
                .or_else(|| serde_json::from_str(self.0).ok())
                .map(Cow::Owned),
        }
    }

    /// The value at a key, if this is an object. If the key is repeated, its last value.
    pub(crate) fn member(self, key: &str) -> Option<Self> {
        let mut found = None;
        let mut cursor = Cursor::new(self.0);
        let walked = cursor.object(|name, cursor| {
            let value = cursor.raw()?;
            if name.as_deref() == Some(key) {
                found = Some(value);
            }
            Ok(())
        });
        walked.ok().and(found)
    }
}

impl<'de: 'e, 'e> Deserialize<'de> for Raw<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|json| Self(json.get()))
    }
}

/// Reads a `T` from an object only. Derived implementations also accept an array, by position.
#[derive(Debug, Clone)]
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
