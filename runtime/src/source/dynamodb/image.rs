//! Decodes item images into the user's type. An absent image is not an empty item.

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor, value::Error},
    forward_to_deserialize_any,
};

use super::attribute::{Attribute, Item};
use crate::{
    DecodeError,
    json::mismatch::{Value as _, explain},
};

/// Decodes an image. `()` does not read it, `Option<T>` accepts an absent image, and any other type
/// needs the image. `name` says which image this is, for messages.
pub(super) fn decode<T: DeserializeOwned>(
    json: Option<&str>,
    name: impl Fn() -> String,
) -> Result<T, DecodeError> {
    let Some(json) = json else {
        return T::deserialize(Absent)
            .map_err(|_| DecodeError::new(format!("{} is missing", name())));
    };
    // `()` and wrappers of it.
    if size_of::<T>() == 0 {
        if let Ok(nothing) = T::deserialize(Absent) {
            return Ok(nothing);
        }
    }
    let item: Item<'_> = serde_json::from_str(json).map_err(|error| {
        let what = format!("{} is not an item in DynamoDB's JSON", name());
        explain::<Item<'_>>(json.as_bytes(), &what, error)
    })?;
    let image = Attribute::M(item);
    let kind = image.kind();
    T::deserialize(image).map_err(|mismatch| {
        let expected = std::any::type_name::<T>();
        mismatch
            .found(kind)
            .into_error(&format!("{} is not a `{expected}`", name()))
    })
}

/// An absent image. Only types that accept a missing value can be read from it.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("the image is missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
