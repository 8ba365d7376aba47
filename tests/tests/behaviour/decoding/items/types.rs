//! Types that items become.

#![allow(dead_code, reason = "they are read, and shown for comparison")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

/// Text that takes text only: it asks for anything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text(pub(crate) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl Visitor<'_> for Texts {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
        }

        deserializer.deserialize_any(Texts)
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Plain<S> {
    pub(crate) a: S,
    pub(crate) b: Option<i64>,
    #[serde(default = "Vec::new")]
    pub(crate) c: Vec<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Strict<S> {
    pub(crate) a: Unit,
    pub(crate) b: Tuple<S>,
    pub(crate) c: Option<Box<Option<()>>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Unit;

#[derive(Debug, Deserialize)]
pub(crate) struct Tuple<S>(pub(crate) u8, pub(crate) S);

#[derive(Debug, Deserialize)]
pub(crate) struct Wrapped(pub(crate) BTreeMap<Text, Option<Value>>);

#[derive(Debug, Deserialize)]
pub(crate) struct Flat {
    pub(crate) a: Value,
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct FlatStruct {
    #[serde(flatten)]
    pub(crate) inner: Inner,
    pub(crate) b: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Inner {
    pub(crate) a: Option<Untagged>,
    pub(crate) c: Option<u64>,
    #[serde(flatten)]
    pub(crate) kind: Option<External>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Kinds {
    pub(crate) a: External,
    pub(crate) b: Untagged,
    pub(crate) c: Option<Box<External>>,
}

#[derive(Debug, Deserialize)]
pub(crate) enum External {
    One,
    Two(u8),
    Three(Three),
    #[serde(rename = "a")]
    Four(u8, Text),
}

#[derive(Debug, Deserialize)]
pub(crate) struct Three {
    pub(crate) a: Text,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Untagged {
    Number(u16),
    Float(f64),
    Text(String),
    Flag(bool),
    Struct { a: Text },
    List(Vec<Untagged>),
    Nothing(()),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "a")]
pub(crate) enum Internal {
    One {
        b: u64,
    },
    Two,
    #[serde(rename = "d")]
    Rest(BTreeMap<String, Value>),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "a", content = "b")]
pub(crate) enum Adjacent {
    One(u64),
    Two,
    #[serde(rename = "a")]
    Three {
        c: bool,
    },
}

#[derive(Debug, Deserialize)]
pub(crate) struct Scalars {
    pub(crate) a: char,
    pub(crate) b: i8,
    pub(crate) c: Option<(char, i128)>,
}

/// Only what is wanted is read, and the rest is not wrong all the same.
#[derive(Debug, Deserialize)]
pub(crate) struct Narrow {
    pub(crate) b: bool,
}

/// Swallows errors.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lenient(pub(crate) Option<i64>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(i64::deserialize(deserializer).ok()))
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Swallows {
    pub(crate) a: Lenient,
    pub(crate) b: Option<Text>,
}

/// Takes whatever there is, looks on after errors, and never fails.
#[derive(Debug)]
pub(crate) enum Anything {
    Nothing,
    Flag(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Anything>),
    Map(Vec<(Lenient, Anything)>),
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Anything;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_unit<E>(self) -> Result<Anything, E> {
                Ok(Anything::Nothing)
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Anything, E> {
                Ok(Anything::Flag(flag))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Anything, E> {
                Ok(Anything::Integer(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Anything, E> {
                Ok(Anything::Integer(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Anything, E> {
                Ok(Anything::Float(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Anything, E> {
                Ok(Anything::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Anything, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element()? {
                    list.push(element);
                }
                Ok(Anything::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Anything, A::Error> {
                let mut members = Vec::new();
                while let Some(key) = map.next_key()? {
                    members.push((key, map.next_value()?));
                }
                Ok(Anything::Map(members))
            }
        }

        Ok(deserializer
            .deserialize_any(Any)
            .unwrap_or(Anything::Nothing))
    }
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tag(pub(crate) Text);

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    #[serde(rename = "a")]
    One,
    Two,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(pub(crate) i16);

pub(crate) type Lenients = BTreeMap<String, Vec<Lenient>>;
pub(crate) type Sets<S> = BTreeMap<S, Vec<S>>;
pub(crate) type TagSets = BTreeMap<Tag, BTreeSet<Tag>>;
pub(crate) type Unsigned = BTreeMap<String, u64>;
pub(crate) type Floats = BTreeMap<String, f64>;
pub(crate) type Pairs = BTreeMap<String, (i32, Option<u32>)>;
pub(crate) type Deep = BTreeMap<String, BTreeMap<String, Untagged>>;
pub(crate) type Keyed = BTreeMap<u8, Value>;
pub(crate) type KeyedByEnum = BTreeMap<Name, Value>;
pub(crate) type KeyedByOption = BTreeMap<Option<Id>, Value>;
pub(crate) type KeyedByWrapper = BTreeMap<Box<Id>, Value>;
pub(crate) type KeyedLeniently = Vec2<Lenient, Value>;
pub(crate) type Bytes = BTreeMap<String, stream_handler::Bytes>;

/// A map that keeps all members, as they come.
#[derive(Debug)]
pub(crate) struct Vec2<K, V>(pub(crate) Vec<(K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Vec2<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<K, V>(Vec<(K, V)>);

        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Members<K, V> {
            type Value = Vec2<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("members")
            }

            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Vec2<K, V>, A::Error> {
                while let Some(member) = map.next_entry()? {
                    self.0.push(member);
                }
                Ok(Vec2(self.0))
            }
        }

        deserializer.deserialize_map(Members(Vec::new()))
    }
}
