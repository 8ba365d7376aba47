//! Item images: DynamoDB's JSON into the user's type, an absent image kept apart from an empty one.

use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor},
    forward_to_deserialize_any,
};
use serde_dynamo::AttributeValue;

use crate::{DecodeError, json::Raw};

/// Decodes an image. `()` reads none, `Option<T>` accepts that there is none, and any other type
/// needs one. `name` says which image this is, for messages.
pub(super) fn decode<T: DeserializeOwned>(
    json: Option<Raw<'_>>,
    name: impl Fn() -> String,
) -> Result<T, DecodeError> {
    match T::deserialize(Image(json)) {
        Ok(image) => Ok(image),
        Err(_) if json.is_none() => Err(DecodeError::new(format!("{} is missing", name()))),
        Err(error) => {
            // Read again, to tell which attribute was wrong: only a bad record pays for the path.
            let at = match serde_path_to_error::deserialize::<_, T>(Image(json)) {
                Err(error) => error.path().to_string(),
                Ok(_) => ".".to_owned(),
            };
            let at = if at == "." {
                at
            } else {
                format!(", at `{at}`")
            };
            let expected = std::any::type_name::<T>();
            let what = format!(
                "{} is not a `{expected}`{}",
                name(),
                at.trim_start_matches('.')
            );
            Err(DecodeError::new(what).because(error))
        }
    }
}

/// Hands an image that is there to `serde_dynamo`; one that is absent satisfies only types that
/// can do without.
struct Image<'e>(Option<Raw<'e>>);

impl Image<'_> {
    fn item(&self) -> Result<serde_dynamo::Deserializer, serde_dynamo::Error> {
        let json = self
            .0
            .ok_or_else(|| serde_dynamo::Error::custom("the image is missing"))?;
        let item = serde_json::from_str(json.get()).map_err(serde_dynamo::Error::custom)?;
        Ok(serde_dynamo::Deserializer::from_attribute_value(
            AttributeValue::M(item),
        ))
    }
}

impl<'de> Deserializer<'de> for Image<'_> {
    type Error = serde_dynamo::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.item()?.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0.is_some() {
            visitor.visit_some(self)
        } else {
            visitor.visit_none()
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.item()?.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
