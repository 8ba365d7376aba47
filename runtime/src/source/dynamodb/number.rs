//! A number of an item: DynamoDB writes them as text, and they may become any type's.

use serde::{Deserializer, de::Visitor};

use super::attribute::{Unsure, unsure};

/// A number, as text.
pub(super) struct Number<'e>(pub(super) &'e str);

macro_rules! parsed {
    ($($method:ident $visit:ident)*) => {
        $(
            fn $method<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
                visitor.$visit(self.0.parse().map_err(|_| Unsure)?)
            }
        )*
    };
}

impl<'e> Deserializer<'e> for Number<'e> {
    type Error = Unsure;

    fn deserialize_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        if let Ok(number) = self.0.parse::<i64>() {
            visitor.visit_i64(number)
        } else if let Ok(number) = self.0.parse::<u64>() {
            visitor.visit_u64(number)
        } else {
            visitor.visit_f64(self.0.parse().map_err(|_| Unsure)?)
        }
    }

    parsed! {
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32
        deserialize_i64 visit_i64 deserialize_u8 visit_u8 deserialize_u16 visit_u16
        deserialize_u32 visit_u32 deserialize_u64 visit_u64 deserialize_f32 visit_f32
        deserialize_f64 visit_f64
    }

    unsure! {
        deserialize_i128 deserialize_u128 deserialize_bool deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option
        deserialize_unit deserialize_seq deserialize_map deserialize_identifier
        deserialize_unit_struct(&'static str) deserialize_newtype_struct(&'static str)
        deserialize_tuple(usize) deserialize_tuple_struct(&'static str, usize)
        deserialize_struct(&'static str, &'static [&'static str])
        deserialize_enum(&'static str, &'static [&'static str])
    }

    fn deserialize_ignored_any<V: Visitor<'e>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.deserialize_any(visitor)
    }
}
