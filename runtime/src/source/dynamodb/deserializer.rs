//! Deserialises the user's type from attributes.
//!
//! By default the attribute alone decides which `visit_*` method is called: see `deserialize_any`. In the
//! other methods that are implemented below, the requested type matters too.

use std::borrow::Cow;

use serde::{
    Deserializer,
    de::{Visitor, value::CowStrDeserializer},
    forward_to_deserialize_any,
};

use super::{
    attribute::{Attribute, Item},
    number::Number,
    value::AttributeValue,
};
use crate::json::mismatch::{
    Kind, Mismatch, Value, visit_elements, visit_members, visit_text, visit_variant,
};

impl<'e> Attribute<'e> {
    /// The attribute's type: DynamoDB's name for it, its name in words, and the Rust types that accept it.
    fn names(&self) -> [&'static str; 3] {
        match self {
            Self::S(_) => ["S", "a string (S)", "`String`"],
            Self::N(_) => [
                "N",
                "a number (N)",
                "`String`, which takes the digits of any number, or an integer or float type that \
                 has room for all of them",
            ],
            Self::B(_) => ["B", "binary data (B)", "`Bytes` or `Vec<u8>`"],
            Self::Byte(_) => ["", "a byte of binary data (B)", "`u8`"],
            Self::Bool(_) => ["BOOL", "a boolean (BOOL)", "`bool`"],
            Self::Null => ["NULL", "a null (NULL)", "`Option<_>`"],
            Self::M(_) => ["M", "a map (M)", "a struct, or `BTreeMap<String, _>`"],
            Self::L(_) => ["L", "a list (L)", "`Vec<_>`"],
            Self::Ss(_) => ["SS", "a set of strings (SS)", "`BTreeSet<String>`"],
            Self::Ns(_) => [
                "NS",
                "a set of numbers (NS)",
                "`BTreeSet<_>` of `String` or an integer type",
            ],
            Self::Bs(_) => ["BS", "a set of binary data (BS)", "`BTreeSet<Bytes>`"],
        }
    }

    /// Which variant of [`AttributeValue`] it is.
    fn variant(&self, variants: &[&'static str]) -> Option<&'static str> {
        let [tag, ..] = self.names();
        let is_own = |name: &&&str| name.strip_prefix(AttributeValue::PREFIX) == Some(tag);
        variants.iter().find(is_own).copied()
    }

    fn visit_number<V: Visitor<'e>>(
        self,
        visitor: V,
        visit: impl FnOnce(Number<'e>, V) -> Result<V::Value, Mismatch>,
    ) -> Result<V::Value, Mismatch> {
        match self {
            Self::N(number) => visit(number, visitor),
            other => other.deserialize_any(visitor),
        }
    }
}

impl<'e> Value<'e> for Attribute<'e> {
    fn kind(&self) -> Kind {
        let [_, name, advice] = self.names();
        Kind { name, advice }
    }
}

impl<'e> Deserializer<'e> for Attribute<'e> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::S(text) => visit_text(text, visitor),
            Self::N(number) => number.visit(visitor),
            // As a sequence of numbers, which is what `serde` makes of bytes in JSON.
            Self::B(bytes) => visit_elements(bytes.into_iter().map(Self::Byte), visitor),
            Self::Byte(byte) => visitor.visit_u8(byte),
            Self::Bool(flag) => visitor.visit_bool(flag),
            Self::Null => visitor.visit_unit(),
            Self::M(Item(attributes)) => visit_members(attributes, &[], visitor),
            Self::L(values) | Self::Ss(values) | Self::Ns(values) | Self::Bs(values) => {
                visit_elements(values.into_iter(), visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    /// A number is passed to a `String` as its digits.
    fn deserialize_string<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.visit_number(visitor, |number, visitor| {
            visit_text(number.into_text(), visitor)
        })
    }

    fn deserialize_str<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_string(visitor)
    }

    // A type that asks for a float would otherwise convert any integer to one, and round it.

    fn deserialize_f32<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.visit_number(visitor, Number::visit_f32)
    }

    fn deserialize_f64<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.visit_number(visitor, Number::visit_f64)
    }

    // Only types that ask for 128 bits accept numbers of that size.

    fn deserialize_i128<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.visit_number(visitor, Number::visit_i128)
    }

    fn deserialize_u128<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.visit_number(visitor, Number::visit_u128)
    }

    fn deserialize_byte_buf<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::B(bytes) => visitor.visit_byte_buf(bytes),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_bytes<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_struct<V: Visitor<'e>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self {
            Self::M(Item(attributes)) => visit_members(attributes, fields, visitor),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'e>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self {
            value if name == AttributeValue::NAME => {
                let variant = value.variant(variants).unwrap_or_default();
                visit_variant((Cow::Borrowed(variant), value), &[], visitor)
            }
            Self::S(variant) => visitor.visit_enum(CowStrDeserializer::new(variant)),
            Self::M(Item(mut attributes)) if attributes.len() == 1 => {
                visit_variant(attributes.remove(0), variants, visitor)
            }
            other => other.deserialize_any(visitor),
        }
    }

    /// The attribute has already been validated.
    fn deserialize_ignored_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <W: Visitor<'e>>
        bool i8 i16 i32 i64 u8 u16 u32 u64 char seq tuple tuple_struct map identifier unit
        unit_struct
    }
}
