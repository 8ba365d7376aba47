//! A [`Reader`] as a deserializer.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{
        DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor, value::BorrowedStrDeserializer,
    },
};
use serde_json::{Error, Result, de::StrRead};

use super::{Elements, Key, Members, Raw, Reader};

impl<'e> Reader<'e> {
    /// Leaves the next value to `serde_json`.
    fn checked(&mut self) -> serde_json::Deserializer<StrRead<'e>> {
        serde_json::Deserializer::from_str(self.value())
    }
}

/// For visitors that end before what they visit does: `serde_json` finds that wrong.
fn unfinished() -> Error {
    Error::custom("more than was expected")
}

macro_rules! checked {
    ($($method:ident)*) => {
        $(
            fn $method<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
                self.checked().$method(visitor)
            }
        )*
    };
}

impl<'e> Deserializer<'e> for &mut Reader<'e> {
    type Error = Error;

    #[inline]
    fn deserialize_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b'"') => self.deserialize_str(visitor),
            _ => self.checked().deserialize_any(visitor),
        }
    }

    #[inline]
    fn deserialize_map<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
        let depth = self.depth;
        let Some(members) = self.members() else {
            return self.checked().deserialize_map(visitor);
        };
        let value = visitor.visit_map(members)?;
        (self.depth == depth)
            .then_some(value)
            .ok_or_else(unfinished)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
        let depth = self.depth;
        let Some(elements) = self.elements() else {
            return self.checked().deserialize_seq(visitor);
        };
        let value = visitor.visit_seq(elements)?;
        (self.depth == depth)
            .then_some(value)
            .ok_or_else(unfinished)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'e>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.peek() {
            Some(b'{') => self.deserialize_map(visitor),
            _ => self.checked().deserialize_struct(name, fields, visitor),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
        let before = self.at;
        match self.text() {
            Some(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Some(Cow::Owned(text)) => visitor.visit_string(text),
            None => {
                self.at = before;
                self.checked().deserialize_str(visitor)
            }
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
        if self.peek() == Some(b'n') {
            self.value();
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'e>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        if name == Raw::NAME {
            return visitor.visit_borrowed_str(self.value());
        }
        // `RawValue` is one, which only `serde_json` can make.
        self.checked().deserialize_newtype_struct(name, visitor)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value> {
        self.value();
        visitor.visit_unit()
    }

    checked! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_bytes
        deserialize_byte_buf deserialize_unit
    }

    fn deserialize_unit_struct<V: Visitor<'e>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        self.checked().deserialize_unit_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'e>>(self, len: usize, visitor: V) -> Result<V::Value> {
        self.checked().deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'e>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.checked().deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_enum<V: Visitor<'e>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.checked().deserialize_enum(name, variants, visitor)
    }
}

impl<'e> MapAccess<'e> for Members<'_, 'e> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'e>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        match self.key() {
            None => Ok(None),
            Some(Key::Plain(key)) => seed
                .deserialize(BorrowedStrDeserializer::new(key))
                .map(Some),
            Some(Key::Json(json)) => seed
                .deserialize(&mut serde_json::Deserializer::from_str(json))
                .map(Some),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'e>>(&mut self, seed: V) -> Result<V::Value> {
        seed.deserialize(&mut *self.0.reader)
    }
}

impl<'e> SeqAccess<'e> for Elements<'_, 'e> {
    type Error = Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'e>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        match self.next() {
            Some(element) => seed.deserialize(element).map(Some),
            None => Ok(None),
        }
    }
}
