//! Items are read as `serde_dynamo` reads them, whatever they hold and whatever they become.

use std::{collections::BTreeMap, fmt::Debug};

use proptest::{collection::vec, prelude::*, sample::select, test_runner::RngSeed};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use stream_handler::{Record as _, dynamodb::DynamoDbRecord};

#[derive(Debug, PartialEq, Deserialize)]
struct Plain {
    a: String,
    b: Option<i64>,
    #[serde(default)]
    c: Vec<f64>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: Unit,
    b: Tuple,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Unit;

#[derive(Debug, PartialEq, Deserialize)]
struct Tuple(u8, String);

#[derive(Debug, PartialEq, Deserialize)]
struct Wrapped(BTreeMap<String, Option<Value>>);

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    a: Value,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Kinds {
    a: External,
    b: Untagged,
}

#[derive(Debug, PartialEq, Deserialize)]
enum External {
    One,
    Two(u8),
    Three { a: String },
    Four(u8, u8),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u16),
    Float(f32),
    Text(String),
    Flag(bool),
    List(Vec<Untagged>),
    Nothing(()),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "a")]
enum Internal {
    One { b: u64 },
    Two,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Scalars {
    a: char,
    b: i8,
}

/// Only what is wanted is read, and the rest is not wrong all the same.
#[derive(Debug, PartialEq, Deserialize)]
struct Narrow {
    b: bool,
}

/// Swallows errors.
#[derive(Debug, PartialEq)]
struct Lenient(Option<u8>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(u8::deserialize(deserializer).ok()))
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Swallows {
    a: Lenient,
    b: Option<String>,
}

type Lenients = BTreeMap<String, Vec<Lenient>>;
type Sets = BTreeMap<String, Vec<String>>;
type Numbers = BTreeMap<String, u64>;
type Floats = BTreeMap<String, f64>;
type Pairs = BTreeMap<String, (i32, Option<u32>)>;
type Deep = BTreeMap<String, BTreeMap<String, Untagged>>;
type Keyed = BTreeMap<u8, Value>;
type Big = BTreeMap<String, i128>;

fn as_serde_dynamo<T: DeserializeOwned>(json: &str) -> Result<T, ()> {
    let item: serde_dynamo::Item = serde_json::from_str(json).map_err(drop)?;
    serde_dynamo::from_item(item).map_err(drop)
}

fn check<T: DeserializeOwned + PartialEq + Debug>(json: &str) -> Result<(), TestCaseError> {
    let record =
        format!(r#"{{"eventName":"INSERT","dynamodb":{{"Keys":{json},"NewImage":{json}}}}}"#);
    let record = DynamoDbRecord::<()>::from_json(&record).expect("a record");
    let ours = record.keys::<T>();
    // Numbers that are none are not equal to themselves, so texts are compared.
    let text = format!("{:?}", ours.as_ref().map_err(drop));
    let expected = format!("{:?}", as_serde_dynamo::<T>(json));
    prop_assert_eq!(text, expected, "{} as {}", json, std::any::type_name::<T>());
    Ok(())
}

fn text() -> impl Strategy<Value = String> {
    let texts = vec![
        r#""""#,
        r#""a""#,
        r#""One""#,
        r#""Two""#,
        r#""é\n""#,
        r#""\u0031""#,
        r#""\ud83d""#,
        r#""\"}""#,
        "5",
        "null",
    ];
    select(texts).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = String> {
    let numbers = vec![
        "1",
        "-1",
        "007",
        "255",
        "256",
        "1.5",
        "1e5",
        "-0",
        "+1",
        "18446744073709551615",
        "99999999999999999999999",
        "NaN",
        "inf",
        "",
        " 1",
        "x",
        r"\u0031",
    ];
    select(numbers).prop_map(|number| format!("\"{number}\""))
}

fn attribute() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => text().prop_map(|text| format!(r#"{{"S":{text}}}"#)),
        6 => number().prop_map(|number| format!(r#"{{"N":{number}}}"#)),
        1 => Just(r#"{"N":1}"#.to_owned()),
        3 => select(&["true", "false", "null", "0"][..]).prop_map(|flag| format!(r#"{{"BOOL":{flag}}}"#)),
        3 => select(&["true", "false"][..]).prop_map(|flag| format!(r#"{{"NULL":{flag}}}"#)),
        1 => select(&["\"YQ==\"", "\"YQ\"", "\"!\"", "1"][..]).prop_map(|bytes| format!(r#"{{"B":{bytes}}}"#)),
        2 => vec(text(), 0..3).prop_map(|texts| format!(r#"{{"SS":[{}]}}"#, texts.join(","))),
        2 => vec(number(), 0..3).prop_map(|numbers| format!(r#"{{"NS":[{}]}}"#, numbers.join(","))),
        1 => select(&[
            "{}", "null", "[]", r#"{"X":"a"}"#, r#"{"S":"a","N":"1"}"#, r#"{"S":"a","S":"b"}"#, r#"{"BS":["YQ=="]}"#,
            r#"{ "\u0053" : "a" }"#, r#"{"L":{}}"#, r#"{"M":[]}"#,
        ][..]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|list| format!(r#"{{"L":[{}]}}"#, list.join(","))),
            item(inner).prop_map(|item| format!(r#"{{"M":{item}}}"#)),
        ]
    })
}

fn item(attribute: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let key = select(&["a", "b", "c", "d", "7", r"\u0061", "Two", "Three"][..]);
    vec((key, attribute), 0..4).prop_map(|attributes| {
        let attributes: Vec<_> = attributes
            .into_iter()
            .map(|(key, attribute)| format!("\"{key}\":{attribute}"))
            .collect();
        format!("{{{}}}", attributes.join(", "))
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_261_124),
        ..ProptestConfig::default()
    })]

    #[test]
    fn items_are_read_as_serde_dynamo_reads_them(json in item(attribute())) {
        check::<Plain>(&json)?;
        check::<Strict>(&json)?;
        check::<Wrapped>(&json)?;
        check::<Flat>(&json)?;
        check::<Kinds>(&json)?;
        check::<Internal>(&json)?;
        check::<Scalars>(&json)?;
        check::<Narrow>(&json)?;
        check::<Value>(&json)?;
        check::<Sets>(&json)?;
        check::<Numbers>(&json)?;
        check::<Floats>(&json)?;
        check::<Pairs>(&json)?;
        check::<Deep>(&json)?;
        check::<Keyed>(&json)?;
        check::<Big>(&json)?;
        check::<Option<Plain>>(&json)?;
        check::<External>(&json)?;
        check::<Swallows>(&json)?;
        check::<Lenients>(&json)?;
    }
}
