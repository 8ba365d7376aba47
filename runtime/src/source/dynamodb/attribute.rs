//! Attributes in DynamoDB's own form, parsed before the user's type is deserialised. JSON that is not in
//! DynamoDB's form is therefore an error, even if the type would ignore it.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Unexpected, Visitor},
};

use super::number::Number;

/// An attribute's value: in the event, an object with one member, whose key is its type.
#[derive(Debug, Deserialize)]
pub(super) enum Attribute<'e> {
    S(#[serde(borrow)] Cow<'e, str>),
    N(#[serde(borrow)] Number<'e>),
    #[serde(deserialize_with = "binary")]
    B(Vec<u8>),
    /// One byte of binary data, for a type that reads the bytes one by one.
    #[serde(skip)]
    Byte(u8),
    #[serde(rename = "BOOL")]
    Bool(bool),
    #[serde(rename = "NULL", deserialize_with = "null")]
    Null,
    M(#[serde(borrow)] Item<'e>),
    L(#[serde(borrow)] Vec<Attribute<'e>>),
    // A type reads each element of a set as an attribute.
    #[serde(rename = "SS", borrow, deserialize_with = "strings")]
    Ss(Vec<Attribute<'e>>),
    #[serde(rename = "NS", borrow, deserialize_with = "numbers")]
    Ns(Vec<Attribute<'e>>),
    #[serde(rename = "BS", borrow, deserialize_with = "binaries")]
    Bs(Vec<Attribute<'e>>),
}

/// A string, borrowed unless it contains escapes.
#[derive(Deserialize)]
pub(super) struct Str<'e>(#[serde(borrow)] pub(super) Cow<'e, str>);

/// Attributes and their names, without duplicates.
#[derive(Debug)]
pub(super) struct Item<'e>(pub(super) Vec<(Cow<'e, str>, Attribute<'e>)>);

impl<'de: 'e, 'e> Deserialize<'de> for Item<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Attributes;

        impl<'de> Visitor<'de> for Attributes {
            type Value = Item<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("attributes with different names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item<'de>, A::Error> {
                let mut attributes = Vec::new();
                while let Some((Str(name), attribute)) = map.next_entry()? {
                    attributes.push((name, attribute));
                }
                // DynamoDB never sends a name twice. A type might lose one of the two attributes.
                match twice(&attributes) {
                    Some(name) => Err(A::Error::invalid_value(Unexpected::Str(name), &self)),
                    None => Ok(Item(attributes)),
                }
            }
        }

        deserializer.deserialize_map(Attributes)
    }
}

/// A name that occurs twice.
fn twice<'a>(attributes: &'a [(Cow<'_, str>, Attribute<'_>)]) -> Option<&'a str> {
    if attributes.len() <= 16 {
        let before = |index: usize| attributes[..index].iter();
        let mut names = attributes.iter().map(|(name, _)| &**name).enumerate();
        return names
            .find(|(index, name)| before(*index).any(|(other, _)| other == name))
            .map(|(_, name)| name);
    }
    let mut names: Vec<&str> = attributes.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    let pair = names.windows(2).find(|pair| pair[0] == pair[1])?;
    Some(pair[0])
}

fn null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    if bool::deserialize(deserializer)? {
        return Ok(());
    }
    Err(D::Error::invalid_value(Unexpected::Bool(false), &"true"))
}

fn binary<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let Str(text) = Str::deserialize(deserializer)?;
    BASE64_STANDARD
        .decode(&*text)
        .map_err(|_| D::Error::invalid_value(Unexpected::Str(&text), &"base64"))
}

fn strings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Attribute<'de>>, D::Error> {
    let strings = Vec::<Str<'de>>::deserialize(deserializer)?;
    Ok(strings
        .into_iter()
        .map(|Str(text)| Attribute::S(text))
        .collect())
}

fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Attribute<'de>>, D::Error> {
    let numbers = Vec::deserialize(deserializer)?;
    Ok(numbers.into_iter().map(Attribute::N).collect())
}

fn binaries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Attribute<'de>>, D::Error> {
    #[derive(Deserialize)]
    struct Binary(#[serde(deserialize_with = "binary")] Vec<u8>);

    let binaries = Vec::<Binary>::deserialize(deserializer)?;
    Ok(binaries
        .into_iter()
        .map(|Binary(bytes)| Attribute::B(bytes))
        .collect())
}
