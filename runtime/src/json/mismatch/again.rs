//! Reads rejected JSON a second time, to say why a type rejected it. Only bad records take this time.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::CowStrDeserializer},
    forward_to_deserialize_any,
};
use serde_json::{error::Category, value::RawValue};

use super::{Kind, Mismatch, Value, visit_elements, visit_members, visit_text, visit_variant};
use crate::{
    DecodeError,
    json::{Object, kind},
};

/// Explains why some JSON is not a `T`. `what` says what failed; `error` is `serde_json`'s error.
pub(crate) fn explain<'e, T: Deserialize<'e>>(
    json: &'e [u8],
    what: &str,
    error: serde_json::Error,
) -> DecodeError {
    let (line, column) = (error.line(), error.column());
    let explained = match error.classify() {
        // `serde_json` has fixed messages for these errors, which contain no data.
        Category::Io | Category::Syntax | Category::Eof => {
            return DecodeError::new(what.to_owned())
                .because(error.to_string())
                .redacting(error);
        }
        Category::Data => std::str::from_utf8(json).map(|json| {
            let node = Node(json.trim());
            T::deserialize(node).map_err(|mismatch| mismatch.found(node.kind()))
        }),
    };
    let mismatch = match explained {
        Ok(Err(mismatch)) => mismatch,
        // Either the type is not deterministic and accepted the value this time, or the text is not
        // UTF-8.
        Ok(Ok(_)) | Err(_) => Mismatch::custom(""),
    };
    let why = match line {
        0 => mismatch.to_string(),
        _ => format!("{mismatch} at line {line} column {column}"),
    };
    DecodeError::new(format!("{what}{}", mismatch.at()))
        .because(why)
        .redacting(error)
}

/// Explains why a record's object is not a `T`.
pub(crate) fn explain_record<'e, T: Deserialize<'e>>(json: &'e str) -> DecodeError {
    let what = "the record can't be read";
    match serde_json::from_str::<Object<T>>(json) {
        Err(error) => explain::<Object<T>>(json.as_bytes(), what, error),
        Ok(_) => DecodeError::new(what),
    }
}

/// The JSON of a value, which `serde_json` has already validated.
#[derive(Clone, Copy)]
struct Node<'e>(&'e str);

impl<'e> Node<'e> {
    fn read<T: Deserialize<'e>>(self) -> Result<T, Mismatch> {
        serde_json::from_str(self.0).map_err(Mismatch::custom)
    }

    /// Lets `serde_json` read a value whose parts need no path in the error.
    fn leave<V: Visitor<'e>>(
        self,
        visitor: V,
        method: impl FnOnce(
            &mut serde_json::Deserializer<serde_json::de::StrRead<'e>>,
            V,
        ) -> serde_json::Result<V::Value>,
    ) -> Result<V::Value, Mismatch> {
        method(&mut serde_json::Deserializer::from_str(self.0), visitor).map_err(Mismatch::custom)
    }

    fn members<V: Visitor<'e>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let Members(members) = self.read()?;
        visit_members(members, names, visitor)
    }
}

impl<'e> Value<'e> for Node<'e> {
    fn kind(&self) -> Kind {
        Kind {
            name: kind(self.0),
            advice: "",
        }
    }
}

impl<'e> Deserializer<'e> for Node<'e> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0.as_bytes().first() {
            Some(b'{') => self.members(&[], visitor),
            Some(b'[') => {
                let elements: Vec<&RawValue> = self.read()?;
                visit_elements(elements.into_iter().map(|json| Self(json.get())), visitor)
            }
            Some(b'"') => visit_text(self.read::<Text<'_>>()?.0, visitor),
            Some(b'n') => visitor.visit_unit(),
            Some(b't' | b'f') => visitor.visit_bool(self.0 == "true"),
            _ => match (self.0.parse(), self.0.parse()) {
                (Ok(number), _) => visitor.visit_u64(number),
                (_, Ok(number)) => visitor.visit_i64(number),
                _ => self.leave(visitor, |json, visitor| json.deserialize_any(visitor)),
            },
        }
    }

    fn deserialize_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        if self.0.starts_with('{') {
            return self.members(fields, visitor);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.0 == "null" {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'e>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        // The type is a `RawValue`.
        if name.starts_with("$serde_json::") {
            return self.leave(visitor, |json, visitor| {
                json.deserialize_newtype_struct(name, visitor)
            });
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'e>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        if self.0.starts_with('"') {
            let Text(text) = self.read()?;
            return visitor.visit_enum(CowStrDeserializer::new(text));
        }
        if self.0.starts_with('{') {
            let Members(mut members) = self.read()?;
            if members.len() == 1 {
                return visit_variant(members.remove(0), variants, visitor);
            }
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_i128<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.leave(visitor, |json, visitor| json.deserialize_i128(visitor))
    }

    fn deserialize_u128<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.leave(visitor, |json, visitor| json.deserialize_u128(visitor))
    }

    fn deserialize_ignored_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <W: Visitor<'e>>
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier
    }
}

/// A string.
#[derive(Deserialize)]
struct Text<'e>(#[serde(borrow)] Cow<'e, str>);

/// The members of an object, in order.
struct Members<'e>(Vec<(Cow<'e, str>, Node<'e>)>);

impl<'de: 'e, 'e> Deserialize<'de> for Members<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(key), json)) = map.next_entry::<_, &RawValue>()? {
                    members.push((key, Node(json.get())));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
