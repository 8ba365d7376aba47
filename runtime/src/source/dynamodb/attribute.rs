//! Reads an image straight into its type, as `serde_dynamo` does by way of its attribute values.
//!
//! `serde_dynamo` has the last word: what is wrong, rare, or of no use without its attribute values
//! is [`Unsure`] here, and read by it.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{
    Deserializer,
    de::{
        DeserializeSeed, Error, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
        value::CowStrDeserializer,
    },
    forward_to_deserialize_any,
};

use super::number::Number;
use crate::json::{Elements, Members, Reader};

/// Not to be read here.
#[derive(Debug)]
pub(super) struct Unsure;

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not sure")
    }
}

impl std::error::Error for Unsure {}

impl Error for Unsure {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Methods of a deserializer that leave it to `serde_dynamo`: their names, and the types of what they
/// are given besides the visitor.
macro_rules! unsure {
    ($($method:ident $(($($argument:ty),*))?)*) => {
        $(
            fn $method<V: Visitor<'e>>(
                self,
                $($(_: $argument,)*)?
                _: V,
            ) -> Result<V::Value, Unsure> {
                Err(Unsure)
            }
        )*
    };
}

pub(super) use unsure;

/// An item: an object of attributes.
pub(super) struct Item<'r, 'e>(pub(super) &'r mut Reader<'e>);

impl<'e> Item<'_, 'e> {
    fn visit<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        let mut attributes = Attributes {
            members: self.0.members().ok_or(Unsure)?,
            at_end: false,
        };
        let value = visitor.visit_map(&mut attributes)?;
        attributes.at_end.then_some(value).ok_or(Unsure)
    }
}

impl<'e> Deserializer<'e> for Item<'_, 'e> {
    type Error = Unsure;

    fn deserialize_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.visit(visitor)
    }

    fn deserialize_option<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        visitor.visit_newtype_struct(self)
    }

    unsure! { deserialize_unit deserialize_enum(&'static str, &'static [&'static str]) }

    forward_to_deserialize_any! {
        <W: Visitor<'e>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Attributes<'r, 'e> {
    members: Members<'r, 'e>,
    at_end: bool,
}

impl<'e> MapAccess<'e> for &mut Attributes<'_, 'e> {
    type Error = Unsure;

    fn next_key_seed<K: DeserializeSeed<'e>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unsure> {
        match self.members.next() {
            Some((Cow::Borrowed(key), _)) => seed.deserialize(key.into_deserializer()).map(Some),
            // With escapes, which may stand for no text.
            Some((Cow::Owned(_), _)) => Err(Unsure),
            None => {
                self.at_end = self.members.is_at_end();
                Ok(None)
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'e>>(&mut self, seed: V) -> Result<V::Value, Unsure> {
        whole(seed, self.members.reader())
    }
}

struct Values<'r, 'e> {
    elements: Elements<'r, 'e>,
    set: Set,
    at_end: bool,
}

/// Of what a list is.
#[derive(Clone, Copy)]
enum Set {
    No,
    Strings,
    Numbers,
}

impl<'e> SeqAccess<'e> for &mut Values<'_, 'e> {
    type Error = Unsure;

    fn next_element_seed<T: DeserializeSeed<'e>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unsure> {
        let Some(element) = self.elements.next() else {
            self.at_end = self.elements.is_at_end();
            return Ok(None);
        };
        match self.set {
            Set::No => whole(seed, element),
            Set::Strings => seed.deserialize(CowStrDeserializer::new(string(element)?)),
            Set::Numbers => seed.deserialize(Number(number(element)?)),
        }
        .map(Some)
    }
}

/// An attribute's value: an object with one member, whose key is its type.
struct Attribute<'r, 'e>(&'r mut Reader<'e>);

impl<'e> Attribute<'_, 'e> {
    fn read<T>(
        self,
        read: impl FnOnce(&str, &mut Reader<'e>) -> Result<T, Unsure>,
    ) -> Result<T, Unsure> {
        let mut members = self.0.members().ok_or(Unsure)?;
        let (tag, value) = members.next().ok_or(Unsure)?;
        let read = read(&tag, value)?;
        let is_over = members.next().is_none() && members.is_at_end();
        is_over.then_some(read).ok_or(Unsure)
    }

    fn of<T>(
        self,
        expected: &str,
        read: impl FnOnce(&mut Reader<'e>) -> Result<T, Unsure>,
    ) -> Result<T, Unsure> {
        self.read(|tag, value| {
            if tag == expected {
                read(value)
            } else {
                Err(Unsure)
            }
        })
    }
}

/// A `T` from an attribute, all of which it must have read: a type may swallow an error, and what
/// follows would then be read from the midst of the value.
fn whole<'e, T: DeserializeSeed<'e>>(seed: T, reader: &mut Reader<'e>) -> Result<T::Value, Unsure> {
    let (start, depth) = reader.place();
    let value = seed.deserialize(Attribute(reader))?;
    let (end, depth_after) = reader.place();
    let is_whole = start < end && depth == depth_after;
    is_whole.then_some(value).ok_or(Unsure)
}

/// A JSON string.
fn string<'e>(reader: &mut Reader<'e>) -> Result<Cow<'e, str>, Unsure> {
    reader.text().ok_or(Unsure)
}

/// A JSON string with a number in it.
fn number<'e>(reader: &mut Reader<'e>) -> Result<&'e str, Unsure> {
    match string(reader)? {
        Cow::Borrowed(number) => Ok(number),
        Cow::Owned(_) => Err(Unsure),
    }
}

fn list<'e, V: Visitor<'e>>(
    reader: &mut Reader<'e>,
    set: Set,
    visitor: V,
) -> Result<V::Value, Unsure> {
    let mut values = Values {
        elements: reader.elements().ok_or(Unsure)?,
        set,
        at_end: false,
    };
    let value = visitor.visit_seq(&mut values)?;
    values.at_end.then_some(value).ok_or(Unsure)
}

fn visit_string<'e, V: Visitor<'e>>(text: Cow<'e, str>, visitor: V) -> Result<V::Value, Unsure> {
    match text {
        Cow::Borrowed(text) => visitor.visit_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident)*) => {
        $(
            fn $method<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
                self.of("N", |value| {
                    visitor.$visit(number(value)?.parse().map_err(|_| Unsure)?)
                })
            }
        )*
    };
}

impl<'e> Deserializer<'e> for Attribute<'_, 'e> {
    type Error = Unsure;

    fn deserialize_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.read(|tag, value| match tag {
            "S" => visit_string(string(value)?, visitor),
            "N" => Number(number(value)?).deserialize_any(visitor),
            "BOOL" => visitor.visit_bool(boolean(value)?),
            "NULL" if boolean(value)? => visitor.visit_unit(),
            "M" => Item(value).visit(visitor),
            "L" => list(value, Set::No, visitor),
            "SS" => list(value, Set::Strings, visitor),
            "NS" => list(value, Set::Numbers, visitor),
            "B" => visitor.visit_bytes(&bytes(value)?),
            _ => Err(Unsure),
        })
    }

    numbers! {
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32
        deserialize_i64 visit_i64 deserialize_u8 visit_u8 deserialize_u16 visit_u16
        deserialize_u32 visit_u32 deserialize_u64 visit_u64 deserialize_f32 visit_f32
        deserialize_f64 visit_f64
    }

    unsure! { deserialize_i128 deserialize_u128 deserialize_char }

    fn deserialize_bool<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.of("BOOL", |value| visitor.visit_bool(boolean(value)?))
    }

    fn deserialize_str<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.of("S", |value| visit_string(string(value)?, visitor))
    }

    fn deserialize_string<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.of("B", |value| visitor.visit_bytes(&bytes(value)?))
    }

    fn deserialize_byte_buf<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_unit<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.of("NULL", |value| {
            if boolean(value)? {
                visitor.visit_unit()
            } else {
                Err(Unsure)
            }
        })
    }

    fn deserialize_unit_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_option<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        let mut ahead = self.0.clone();
        let is_null = Attribute(&mut ahead).of("NULL", boolean);
        if let Ok(true) = is_null {
            *self.0 = ahead;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.read(|tag, value| match tag {
            "L" => list(value, Set::No, visitor),
            "SS" => list(value, Set::Strings, visitor),
            "NS" => list(value, Set::Numbers, visitor),
            _ => Err(Unsure),
        })
    }

    fn deserialize_tuple<V: Visitor<'e>>(self, _: usize, visitor: V) -> Result<V::Value, Unsure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.of("M", |value| Item(value).visit(visitor))
    }

    fn deserialize_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'e>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        self.of("S", |value| {
            visitor.visit_enum(CowStrDeserializer::new(string(value)?))
        })
    }

    /// Read all the same, as `serde_dynamo` does: something wrong in it must not pass here alone.
    fn deserialize_ignored_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.deserialize_any(visitor)
    }
}

fn boolean(reader: &mut Reader<'_>) -> Result<bool, Unsure> {
    reader.value().parse().map_err(|_| Unsure)
}

fn bytes(reader: &mut Reader<'_>) -> Result<Vec<u8>, Unsure> {
    BASE64_STANDARD
        .decode(&*string(reader)?)
        .map_err(|_| Unsure)
}
