//! Sets, binary data, keys, and items that are kept as they are.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Deserialize;
use serde_json::{Value, json};
use stream_handler::{
    Bytes,
    dynamodb::{AttributeValue, Attributes, Change, DynamoDbRecord},
};

use super::{
    read, read_one,
    types::{Lenient, Tag, Text},
};

#[test]
fn wrappers_in_sets() {
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    struct Name(String);
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    #[serde(transparent)]
    struct Id {
        id: Option<u8>,
    }
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    #[serde(try_from = "String")]
    struct Short(String);
    impl TryFrom<String> for Short {
        type Error = String;

        fn try_from(text: String) -> Result<Self, String> {
            if text.len() > 3 {
                Err(text)
            } else {
                Ok(Self(text))
            }
        }
    }
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    enum Color {
        Red,
    }
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u8),
        Name(Name),
    }
    let names: HashSet<Name> = read_one(r#"{"SS":["a"]}"#).unwrap();
    assert_eq!(names, HashSet::from([Name("a".to_owned())]));
    let names: Vec<Option<Box<Name>>> = read_one(r#"{"SS":["a"]}"#).unwrap();
    assert_eq!(names, [Some(Box::new(Name("a".to_owned())))]);
    let ids: HashSet<Id> = read_one(r#"{"NS":["7"]}"#).unwrap();
    assert_eq!(ids, HashSet::from([Id { id: Some(7) }]));
    let shorts: HashSet<Short> = read_one(r#"{"SS":["a"]}"#).unwrap();
    assert_eq!(shorts, HashSet::from([Short("a".to_owned())]));
    assert!(read_one::<HashSet<Short>>(r#"{"SS":["long"]}"#).is_err());
    let colors: HashSet<Color> = read_one(r#"{"SS":["Red"]}"#).unwrap();
    assert_eq!(colors, HashSet::from([Color::Red]));
    let either: Vec<Either> = read_one(r#"{"NS":["7"]}"#).unwrap();
    assert_eq!(either, [Either::Number(7)]);
    let chars: Vec<char> = read_one(r#"{"SS":["a","é"]}"#).unwrap();
    assert_eq!(chars, ['a', 'é']);
    let pair: (String, Tag) = read_one(r#"{"SS":["a","b"]}"#).unwrap();
    assert_eq!(pair, ("a".to_owned(), Tag(Text("b".to_owned()))));
    let blobs: BTreeSet<Bytes> = read_one(r#"{"BS":["YQ==",""]}"#).unwrap();
    assert_eq!(blobs, BTreeSet::from([Bytes::new(), Bytes::from("a")]));
}

/// Asks for bytes, and takes nothing else.
#[derive(Debug, PartialEq)]
struct Raw(Vec<u8>);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Data;

        impl serde::de::Visitor<'_> for Data {
            type Value = Raw;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Raw, E> {
                Ok(Raw(bytes.to_vec()))
            }
        }

        deserializer.deserialize_bytes(Data)
    }
}

#[test]
fn binary_data() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        a: Bytes,
        b: Vec<u8>,
    }
    let bytes = [0, 255, 97];
    let attribute = r#"{"B":"AP9h"}"#;
    assert_eq!(read_one::<Vec<u8>>(attribute).unwrap(), bytes);
    assert_eq!(read_one::<Bytes>(attribute).unwrap(), bytes[..]);
    assert_eq!(read_one::<Raw>(attribute).unwrap(), Raw(bytes.to_vec()));
    assert_eq!(read_one::<[u8; 3]>(attribute).unwrap(), bytes);
    assert_eq!(read_one::<Value>(attribute).unwrap(), json!(bytes));
    assert!(read_one::<[u8; 2]>(attribute).is_err());
    assert!(read_one::<String>(attribute).is_err());
    let set = r#"{"BS":["AP9h","YQ=="]}"#;
    assert_eq!(read_one::<Vec<Vec<u8>>>(set).unwrap(), [&bytes[..], b"a"]);
    assert_eq!(read_one::<Value>(set).unwrap(), json!([bytes, [97]]));

    let outer: Outer = read(r#"{"a":{"B":"YQ=="},"b":{"B":""}}"#).unwrap();
    let (a, b) = (Bytes::from("a"), vec![]);
    assert_eq!(outer.inner, Inner { a, b });
}

#[test]
fn keys_that_are_not_text() {
    let item = r#"{"7":{"S":"a"},"-7":{"S":"b"}}"#;
    let pairs = |item: &str| read::<BTreeMap<i64, String>>(item).ok();
    let expected = BTreeMap::from([(7, "a".to_owned()), (-7, "b".to_owned())]);
    assert_eq!(pairs(item), Some(expected));
    let lenient: BTreeMap<Lenient, String> = read(r#"{"7":{"S":"a"}}"#).unwrap();
    assert_eq!(
        lenient,
        BTreeMap::from([(Lenient(Some(7)), "a".to_owned())])
    );
    // Two attributes that would be one member.
    for item in [
        r#"{"7":{"S":"a"},"007":{"S":"b"}}"#,
        r#"{"+7":{"S":"a"}}"#,
        r#"{"7.0":{"S":"a"}}"#,
    ] {
        assert_eq!(pairs(item), None, "{item}");
    }
    let big = u128::MAX.to_string();
    let item = format!(r#"{{"{big}":{{"BOOL":true}}}}"#);
    assert!(read::<BTreeMap<u128, bool>>(&item).unwrap()[&u128::MAX]);
    let flags: BTreeMap<bool, u8> = read(r#"{"true":{"N":"1"},"false":{"N":"0"}}"#).unwrap();
    assert_eq!(flags, BTreeMap::from([(true, 1), (false, 0)]));
    let chars: BTreeMap<char, u8> = read(r#"{"\u00e9":{"N":"1"}}"#).unwrap();
    assert_eq!(chars, BTreeMap::from([('é', 1)]));
    // In a map of text a number's name is text.
    let anything: BTreeMap<Text, u8> = read(r#"{"7":{"N":"1"}}"#).unwrap();
    assert_eq!(anything, BTreeMap::from([(Text("7".to_owned()), 1)]));
}

/// A type that leaves something unread would lose it.
#[test]
fn what_is_left_over() {
    let list = r#"{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]}"#;
    assert!(read_one::<(u8, u8, u8)>(list).is_ok());
    assert!(read_one::<(u8, u8)>(list).is_err());
    assert!(read_one::<(u8, u8)>(r#"{"NS":["1","2","3"]}"#).is_err());
    assert!(read_one::<(u8, u8)>(r#"{"B":"YWJj"}"#).is_err());
    assert!(read_one::<Result<u8, u8>>(r#"{"M":{"Ok":{"N":"1"},"Err":{"N":"2"}}}"#).is_err());
}

#[test]
fn nested_as_deep_as_dynamodb_nests() {
    let deep = (0..32).fold(r#"{"S":"a"}"#.to_owned(), |inner, _| {
        format!(r#"{{"L":[{inner}]}}"#)
    });
    let value: Value = read_one(&deep).unwrap();
    assert_eq!(
        value.to_string(),
        format!("{}\"a\"{}", "[".repeat(32), "]".repeat(32))
    );
    let deeper = (0..500).fold(deep, |inner, _| format!(r#"{{"M":{{"a":{inner}}}}}"#));
    assert!(read_one::<serde::de::IgnoredAny>(&deeper).is_err());
}

fn all_kinds() -> (String, Attributes) {
    let number = "12345678901234567890123456789.012345678";
    let item = json!({
        "s": { "S": "a\n" },
        "n": { "N": number },
        "b": { "B": "AP9h" },
        "bool": { "BOOL": true },
        "null": { "NULL": true },
        "m": { "M": { "S": { "S": "a" } } },
        "l": { "L": [{ "N": "1.0" }, { "L": [] }] },
        "ss": { "SS": ["b", "a"] },
        "ns": { "NS": ["2", "1E+125"] },
        "bs": { "BS": ["YQ=="] },
    });
    let text = |text: &str| text.to_owned();
    let attributes = [
        ("s", AttributeValue::S(text("a\n"))),
        ("n", AttributeValue::N(text(number))),
        ("b", AttributeValue::B(Bytes::from_static(&[0, 255, 97]))),
        ("bool", AttributeValue::Bool(true)),
        ("null", AttributeValue::Null),
        (
            "m",
            AttributeValue::M(Attributes::from([(
                text("S"),
                AttributeValue::S(text("a")),
            )])),
        ),
        (
            "l",
            AttributeValue::L(vec![
                AttributeValue::N(text("1.0")),
                AttributeValue::L(vec![]),
            ]),
        ),
        ("ss", AttributeValue::Ss(vec![text("b"), text("a")])),
        ("ns", AttributeValue::Ns(vec![text("2"), text("1E+125")])),
        ("bs", AttributeValue::Bs(vec![Bytes::from_static(b"a")])),
    ];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
    (item.to_string(), Attributes::from(attributes))
}

#[test]
fn attributes_as_they_are() {
    use stream_handler::Record as _;
    #[derive(Debug, Deserialize)]
    struct Order {
        s: String,
        m: AttributeValue,
        l: Vec<AttributeValue>,
        #[serde(rename = "null")]
        null: AttributeValue,
    }
    let (item, attributes) = all_kinds();
    assert_eq!(read::<Attributes>(&item).unwrap(), attributes);
    assert_eq!(
        read::<Option<Attributes>>(&item).unwrap(),
        Some(attributes.clone())
    );
    let record = format!(r#"{{"eventName":"INSERT","dynamodb":{{"NewImage":{item}}}}}"#);
    let record = DynamoDbRecord::<Attributes>::from_json(&record).unwrap();
    let new = attributes.clone();
    assert_eq!(record.into_change(), Change::Insert { new });

    let order: Order = read(&item).unwrap();
    assert_eq!((order.s.as_str(), &order.m), ("a\n", &attributes["m"]));
    assert_eq!(AttributeValue::L(order.l), attributes["l"]);
    assert_eq!(order.null, AttributeValue::Null);
}

/// Where `serde` keeps values in its own form: an error, and never another attribute.
#[test]
fn attributes_that_serde_kept() {
    #[derive(Debug, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        rest: Attributes,
    }
    for item in [
        r#"{"a":{"S":"a"}}"#,
        r#"{"a":{"M":{"S":{"S":"a"}}}}"#,
        r#"{"a":{"NULL":true}}"#,
    ] {
        let flat = read::<Flat>(item).map(|flat| flat.rest);
        assert!(flat.is_err(), "{flat:?}");
    }
    let json = serde_json::from_str::<AttributeValue>(r#"{"S":"a"}"#);
    assert!(json.is_err(), "{json:?}");
}
