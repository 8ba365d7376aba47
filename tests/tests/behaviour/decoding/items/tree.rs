//! Random items, in DynamoDB's JSON and in plain JSON.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// An attribute's value.
#[derive(Debug, Clone)]
pub(crate) enum Attribute {
    Text(&'static str),
    /// As DynamoDB writes it, and as JSON does.
    Number(&'static str, &'static str),
    Binary(Vec<u8>),
    Flag(bool),
    Null,
    Map(Vec<(&'static str, Attribute)>),
    List(Vec<Attribute>),
    TextSet(Vec<&'static str>),
    NumberSet(Vec<(&'static str, &'static str)>),
    BinarySet(Vec<Vec<u8>>),
}

impl Attribute {
    /// In DynamoDB's JSON.
    pub(crate) fn text(&self) -> String {
        let base64 =
            |bytes: &Vec<u8>| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, bytes);
        match self {
            // Escaped as serde_json doesn't.
            Self::Text("1") => r#"{ "\u0053" : "\u0031" }"#.to_owned(),
            Self::Text(text) => json!({ "S": text }).to_string(),
            Self::Number(number, _) => json!({ "N": number }).to_string(),
            Self::Binary(bytes) => json!({ "B": base64(bytes) }).to_string(),
            Self::Flag(flag) => json!({ "BOOL": flag }).to_string(),
            Self::Null => json!({ "NULL": true }).to_string(),
            Self::Map(_) => format!(r#"{{"M":{}}}"#, self.fields()),
            Self::List(list) => {
                let list: Vec<_> = list.iter().map(Self::text).collect();
                format!(r#"{{"L":[{}]}}"#, list.join(" , "))
            }
            Self::TextSet(set) => json!({ "SS": set }).to_string(),
            Self::NumberSet(set) => {
                let set: Vec<_> = set.iter().map(|(number, _)| number).collect();
                json!({ "NS": set }).to_string()
            }
            Self::BinarySet(set) => {
                let set: Vec<_> = set.iter().map(base64).collect();
                json!({ "BS": set }).to_string()
            }
        }
    }

    /// A map's attributes alone, as an item has them.
    pub(crate) fn fields(&self) -> String {
        let Self::Map(attributes) = self else {
            panic!("{self:?} is not a map");
        };
        let attributes: Vec<_> = attributes
            .iter()
            .map(|(name, attribute)| format!("{}:{}", Value::from(*name), attribute.text()))
            .collect();
        format!("{{{}}}", attributes.join(","))
    }

    /// In plain JSON.
    pub(crate) fn model(&self) -> Value {
        let number = |json: &str| serde_json::from_str::<Value>(json).expect("a number");
        match self {
            Self::Text(text) => json!(text),
            Self::Number(_, json) => number(json),
            Self::Binary(bytes) => json!(bytes),
            Self::Flag(flag) => json!(flag),
            Self::Null => Value::Null,
            Self::Map(attributes) => {
                let members = attributes.iter();
                let members =
                    members.map(|(name, attribute)| ((*name).to_owned(), attribute.model()));
                Value::Object(members.collect::<Map<_, _>>())
            }
            Self::List(list) => list.iter().map(Self::model).collect(),
            Self::TextSet(set) => json!(set),
            Self::NumberSet(set) => set.iter().map(|(_, json)| number(json)).collect(),
            Self::BinarySet(set) => json!(set),
        }
    }

    pub(crate) fn has_numbers(&self) -> bool {
        match self {
            Self::Number(..) | Self::NumberSet(_) => true,
            Self::Map(attributes) => attributes
                .iter()
                .any(|(_, attribute)| attribute.has_numbers()),
            Self::List(list) => list.iter().any(Self::has_numbers),
            _ => false,
        }
    }
}

const TEXTS: [&str; 10] = ["", "a", "One", "Two", "é\n", "1", "\"}", "true", "d", "x y"];

const NUMBERS: [(&str, &str); 16] = [
    ("1", "1"),
    ("-1", "-1"),
    ("007", "7"),
    ("+1", "1"),
    ("255", "255"),
    ("256", "256"),
    ("1.5", "1.5"),
    (".5", "0.5"),
    ("1e5", "100000"),
    ("1.50E+1", "15"),
    ("1E-2", "0.01"),
    ("-0", "0"),
    ("3.0", "3"),
    ("-9223372036854775", "-9223372036854775"),
    ("1E+25", "1e25"),
    ("1E+125", "1e125"),
];

const NAMES: [&str; 12] = [
    "a", "b", "c", "d", "7", "-7", "007", "Two", "Three", "true", "t\"", "é",
];

fn attribute() -> impl Strategy<Value = Attribute> {
    let number = || select(&NUMBERS[..]);
    let bytes = || vec(any::<u8>(), 0..3);
    let leaf = prop_oneof![
        4 => select(&TEXTS[..]).prop_map(Attribute::Text),
        4 => number().prop_map(|(dynamodb, json)| Attribute::Number(dynamodb, json)),
        2 => bytes().prop_map(Attribute::Binary),
        2 => any::<bool>().prop_map(Attribute::Flag),
        2 => Just(Attribute::Null),
        2 => vec(select(&TEXTS[..]), 0..3).prop_map(Attribute::TextSet),
        2 => vec(number(), 0..3).prop_map(Attribute::NumberSet),
        1 => vec(bytes(), 0..3).prop_map(Attribute::BinarySet),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Attribute::List),
            attributes(inner).prop_map(Attribute::Map),
        ]
    })
}

fn attributes(
    attribute: impl Strategy<Value = Attribute>,
) -> impl Strategy<Value = Vec<(&'static str, Attribute)>> {
    let name = select(&NAMES[..]);
    vec((name, attribute), 0..5).prop_map(|attributes| {
        // In the order in which serde_json keeps members.
        let attributes: BTreeMap<_, _> = attributes.into_iter().collect();
        attributes.into_iter().collect()
    })
}

/// A map of attributes.
pub(crate) fn item() -> impl Strategy<Value = Attribute> {
    attributes(attribute()).prop_map(Attribute::Map)
}

/// What looks like an attribute and is none.
pub(crate) fn broken() -> impl Strategy<Value = String> {
    let broken = vec![
        "{}",
        "null",
        "[]",
        "\"a\"",
        "5",
        r#"{"X":"a"}"#,
        r#"{"s":"a"}"#,
        r#"{"S":"a","N":"1"}"#,
        r#"{"S":"a","S":"b"}"#,
        r#"{"S":5}"#,
        r#"{"S":null}"#,
        r#"{"S":"\ud83d"}"#,
        r#"{"N":1}"#,
        r#"{"N":""}"#,
        r#"{"N":"NaN"}"#,
        r#"{"N":"inf"}"#,
        r#"{"N":" 1"}"#,
        r#"{"N":"1e"}"#,
        r#"{"N":"."}"#,
        r#"{"N":"-"}"#,
        r#"{"N":"1_000"}"#,
        r#"{"N":"0x1"}"#,
        r#"{"N":"1.2.3"}"#,
        r#"{"N":"١"}"#,
        r#"{"B":"!"}"#,
        r#"{"B":"YQ"}"#,
        r#"{"B":1}"#,
        r#"{"BOOL":"true"}"#,
        r#"{"NULL":false}"#,
        r#"{"NULL":null}"#,
        r#"{"M":[]}"#,
        r#"{"M":{"a":{}}}"#,
        r#"{"M":{"a":{"S":"1"},"a":{"S":"2"}}}"#,
        r#"{"M":{"a":{"S":"1"},"b":{"S":"2"},"\u0061":{"S":"1"}}}"#,
        r#"{"L":{}}"#,
        r#"{"L":["a"]}"#,
        r#"{"SS":"a"}"#,
        r#"{"SS":[1]}"#,
        r#"{"NS":["x"]}"#,
        r#"{"BS":["!"]}"#,
    ];
    select(broken).prop_map(str::to_owned)
}

/// An item's text with something broken in it, and the broken text.
pub(crate) fn broken_item(
    (item, broken): (Attribute, String),
) -> impl Strategy<Value = (String, String)> {
    let text = item.fields();
    let places = [
        "{\"new\":@}",
        "{\"new\":{\"L\":[@]}}",
        "{\"new\":{\"M\":{\"7\":@}}}",
    ];
    select(places.to_vec()).prop_map(move |place| {
        let place = place.replace('@', &broken);
        let rest = text.strip_prefix('{').expect("an item");
        let comma = if rest == "}" { "" } else { "," };
        let inner = place.strip_suffix('}').expect("an item");
        (format!("{inner}{comma}{rest}"), broken.clone())
    })
}
