//! What is said of a type that can't take an attribute: where it is, what it is, and what takes it.

use std::{collections::BTreeMap, error::Error as _};

use serde::{Deserialize, de::DeserializeOwned};
use stream_handler::{Bytes, DecodeError};

use super::read;

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "they are only read")]
struct Order {
    total: Option<String>,
    count: Option<u8>,
    price: Option<f64>,
    lines: Option<Vec<Line>>,
    notes: Option<BTreeMap<String, Vec<bool>>>,
    kind: Option<Kind>,
    data: Option<Bytes>,
    odd: Option<Odd>,
    code: Option<Code>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "they are only read")]
struct Line {
    price: f64,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "they are only read")]
enum Kind {
    Small,
    Large(u8),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "they are only read")]
enum Odd {
    Flag(bool),
    Byte(u8),
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Code;

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Err(format!("bad code {text}"))
    }
}

fn error_as<T: DeserializeOwned>(item: &str) -> (DecodeError, String) {
    let error = read::<T>(item).map(drop).expect_err(item);
    let text = format!("{error:?}");
    (error, text)
}

fn says(item: &str, expected: &str, unredacted: &str) {
    let (error, text) = error_as::<Order>(item);
    let expected = format!(
        "`dynamodb.Keys` is not a `{}`{expected}",
        std::any::type_name::<Order>()
    );
    assert_eq!(text, expected, "{item}");
    let unredacted = format!("Some({unredacted:?})");
    let found = error.unredacted().map(ToString::to_string);
    assert_eq!(format!("{found:?}"), unredacted, "{item}");
}

const NUMBER: &str = "in the struct write `String`, which takes the digits of any number, or an \
                      integer or float type that has room for all of them";

#[test]
fn types_that_cannot_take_an_attribute() {
    says(
        r#"{"total":{"BOOL":true}}"#,
        ", at `total`: expected a string, found a boolean (BOOL); in the struct write `bool`",
        "invalid type: boolean `true`, expected a string",
    );
    says(
        r#"{"count":{"S":"one"}}"#,
        ", at `count`: expected u8, found a string (S); in the struct write `String`",
        "invalid type: string \"one\", expected u8",
    );
    says(
        r#"{"count":{"N":"300"}}"#,
        &format!(
            ", at `count`: expected u8, found a number (N) whose value is not valid; {NUMBER}"
        ),
        "invalid value: integer `300`, expected u8",
    );
    says(
        r#"{"price":{"N":"12345678901234567890123"}}"#,
        &format!(
            ", at `price`: expected f64, found a number (N) whose value is not valid; {NUMBER}"
        ),
        "invalid value: 12345678901234567890123, expected f64",
    );
    says(
        r#"{"lines":{"L":[{"M":{"price":{"N":"1"}}},{"M":{"price":{"NULL":true}}}]}}"#,
        ", at `lines[1].price`: expected f64, found a null (NULL); in the struct write `Option<_>`",
        "invalid type: unit value, expected f64",
    );
    says(
        r#"{"lines":{"L":[{"M":{}}]}}"#,
        ", at `lines[0]`: missing field `price`",
        "missing field `price`",
    );
    says(
        r#"{"notes":{"M":{"secret":{"SS":["a"]}}}}"#,
        ", at `notes.<key>[0]`: expected a boolean, found a string (S); in the struct write `String`",
        "invalid type: string \"a\", expected a boolean",
    );
    says(
        r#"{"notes":{"NS":["1"]}}"#,
        ", at `notes`: expected a map, found a set of numbers (NS); in the struct write `BTreeSet<_>` of \
         `String` or an integer type",
        "invalid type: sequence, expected a map",
    );
    says(
        r#"{"data":{"M":{}}}"#,
        ", at `data`: expected byte array, found a map (M); in the struct write a struct, or \
         `BTreeMap<String, _>`",
        "invalid type: map, expected byte array",
    );
}

#[test]
fn enums_and_types_with_code_of_their_own() {
    says(
        r#"{"kind":{"S":"huge"}}"#,
        ", at `kind`: the value is not a variant of the type: it has `Small`, `Large`",
        "unknown variant `huge`, expected `Small` or `Large`",
    );
    says(
        r#"{"kind":{"M":{"Large":{"B":""}}}}"#,
        ", at `kind.Large`: expected u8, found binary data (B); in the struct write `Bytes` or `Vec<u8>`",
        "invalid type: sequence, expected u8",
    );
    says(
        r#"{"odd":{"S":"x"}}"#,
        ", at `odd`: data did not match any variant of untagged enum Odd",
        "data did not match any variant of untagged enum Odd",
    );
    says(
        r#"{"code":{"S":"x"}}"#,
        ", at `code`: the type's own code does not accept a string (S)",
        "bad code x",
    );
}

#[test]
fn keys_that_are_not_the_type() {
    let (error, text) = error_as::<BTreeMap<u8, bool>>(r#"{"secret":{"BOOL":true}}"#);
    assert!(text.ends_with(": expected u8, found a key"), "{text}");
    assert!(error.source().is_some());
    assert!(error.unredacted().unwrap().to_string().contains("secret"));
}

#[test]
fn what_is_not_an_item() {
    for (item, expected) in [
        (
            "[]",
            ": expected attributes with different names, found an array",
        ),
        (
            r#"{"a":{"S":5}}"#,
            ", at `<key>.S`: expected a string, found a number",
        ),
        (
            r#"{"a":{"X":"secret"}}"#,
            ", at `<key>`: the value is not a variant of the type: it has `S`, `N`, `B`, `BOOL`, `NULL`, \
             `M`, `L`, `SS`, `NS`, `BS`",
        ),
        (r#"{"a":{}}"#, ": expected value at line 1"),
        (
            r#"{"a":{"N":"secret"}}"#,
            ", at `<key>.N`: expected a decimal number, found a string whose value is not valid",
        ),
        (
            r#"{"a":{"BS":["YQ==","secret"]}}"#,
            ", at `<key>.BS[1]`: expected base64, found a string whose value is not valid",
        ),
        (
            r#"{"secret":{"S":"a"},"secret":{"S":"b"}}"#,
            ": expected attributes with different names, found an object whose value is not valid",
        ),
    ] {
        let (_, text) = error_as::<Order>(item);
        let start = "`dynamodb.Keys` is not an item in DynamoDB's JSON";
        let start = format!("{start}{expected}");
        assert!(text.starts_with(&start), "{text}");
    }
}
