//! Deserialises types from text, objects and arrays in memory. Errors say where they occurred.

use std::{borrow::Cow, vec};

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, Error, MapAccess, SeqAccess, Visitor,
        value::{CowStrDeserializer, MapAccessDeserializer},
    },
    forward_to_deserialize_any,
};

use super::{Kind, Mismatch, Segment};

/// A value that errors can describe.
pub(crate) trait Value<'e>: Deserializer<'e, Error = Mismatch> {
    fn kind(&self) -> Kind;
}

pub(crate) fn visit_text<'e, V: Visitor<'e>>(
    text: Cow<'e, str>,
    visitor: V,
) -> Result<V::Value, Mismatch> {
    match text {
        Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
        Cow::Owned(text) => visitor.visit_string(text),
    }
}

/// Gives an object to the visitor of a type whose fields have these `names`.
pub(crate) fn visit_members<'e, T: Value<'e>, V: Visitor<'e>>(
    members: Vec<(Cow<'e, str>, T)>,
    names: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, Mismatch> {
    let length = members.len();
    let mut members = Members::new(members, names);
    let value = visitor.visit_map(&mut members)?;
    // Without this check, a type that stops early would silently lose the rest.
    match members.left.len() {
        0 => Ok(value),
        _ => Err(Mismatch::invalid_length(length, &"fewer members")),
    }
}

/// Gives an array to a visitor.
pub(crate) fn visit_elements<'e, T: Value<'e>, V: Visitor<'e>>(
    elements: impl ExactSizeIterator<Item = T>,
    visitor: V,
) -> Result<V::Value, Mismatch> {
    let length = elements.len();
    let mut elements = Elements {
        left: elements,
        index: 0,
    };
    let value = visitor.visit_seq(&mut elements)?;
    match elements.left.len() {
        0 => Ok(value),
        _ => Err(Mismatch::invalid_length(length, &"fewer elements")),
    }
}

/// Gives an enum's variant and its content to a visitor.
pub(crate) fn visit_variant<'e, T: Value<'e>, V: Visitor<'e>>(
    variant: (Cow<'e, str>, T),
    names: &'static [&'static str],
    visitor: V,
) -> Result<V::Value, Mismatch> {
    let mut members = Members::new(vec![variant], names);
    visitor.visit_enum(MapAccessDeserializer::new(&mut members))
}

struct Members<'e, T> {
    left: vec::IntoIter<(Cow<'e, str>, T)>,
    names: &'static [&'static str],
    /// The member whose key was read last.
    current: Option<(Cow<'e, str>, T)>,
}

impl<'e, T> Members<'e, T> {
    fn new(members: Vec<(Cow<'e, str>, T)>, names: &'static [&'static str]) -> Self {
        Self {
            left: members.into_iter(),
            names,
            current: None,
        }
    }
}

impl<'e, T: Value<'e>> MapAccess<'e> for &mut Members<'e, T> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'e>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        self.current = self.left.next();
        let Some((key, _)) = &self.current else {
            return Ok(None);
        };
        seed.deserialize(Key(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'e>>(&mut self, seed: S) -> Result<S::Value, Mismatch> {
        let Some((key, value)) = self.current.take() else {
            return Err(Mismatch::custom("a value was asked for before its key"));
        };
        let kind = value.kind();
        seed.deserialize(value)
            .map_err(|error| error.found(kind).within(Segment::named(&key, self.names)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Elements<I> {
    left: I,
    index: usize,
}

impl<'e, T: Value<'e>, I: ExactSizeIterator<Item = T>> SeqAccess<'e> for &mut Elements<I> {
    type Error = Mismatch;

    fn next_element_seed<S: DeserializeSeed<'e>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mismatch> {
        let Some(element) = self.left.next() else {
            return Ok(None);
        };
        let (kind, index) = (element.kind(), self.index);
        self.index += 1;
        seed.deserialize(element)
            .map(Some)
            .map_err(|error| error.found(kind).within(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A key of an object: text, or a number or boolean, which types write as text in keys.
struct Key<'k, 'e>(&'k Cow<'e, str>);

/// A key stays text unless the type would write it the same way. Otherwise `7` and `007` would be the
/// same number, and one of the two members would be lost.
macro_rules! as_written {
    ($($method:ident $visit:ident $type:ty,)*) => {
        $(
            fn $method<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
                match self.0.parse::<$type>() {
                    Ok(value) if value.to_string() == **self.0 => visitor.$visit(value),
                    _ => self.deserialize_any(visitor),
                }
            }
        )*
    };
}

impl<'e> Deserializer<'e> for Key<'_, 'e> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Cow::Borrowed(key) => visitor.visit_borrowed_str(key),
            Cow::Owned(key) => visitor.visit_str(key),
        }
        .map_err(|error: Mismatch| {
            error.found(Kind {
                name: "a key",
                advice: "",
            })
        })
    }

    as_written! {
        deserialize_bool visit_bool bool,
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
        deserialize_f32 visit_f32 f32,
        deserialize_f64 visit_f64 f64,
    }

    fn deserialize_option<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'e>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_enum(CowStrDeserializer::new(self.0.clone()))
    }

    forward_to_deserialize_any! {
        <W: Visitor<'e>>
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
