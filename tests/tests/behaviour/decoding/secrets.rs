//! Errors of decoding show no data of the record that could not be decoded, except to those who ask.

use std::{collections::BTreeMap, error::Error};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use proptest::{prelude::*, sample::select};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use stream_handler::{
    Bytes, Data, DecodeError, Json, Payload, Record as _,
    dynamodb::{Attributes, DynamoDbRecord},
    eventbridge::EventBridge,
    s3::S3Event,
    sns::Sns,
    sqs::SqsMessage,
};
use stream_handler_tests::cases;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "they are only read")]
struct Order {
    a: u8,
    b: Option<Vec<Inner>>,
    c: Option<BTreeMap<u64, Kind>>,
    d: Option<Tagged>,
    e: Option<Card>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "they are only read")]
struct Inner {
    a: char,
    #[serde(flatten)]
    rest: BTreeMap<String, i16>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum Kind {
    One,
    Two(u8),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "a")]
#[allow(dead_code, reason = "they are only read")]
enum Tagged {
    One { b: bool },
}

/// Tells the world what it refuses.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
struct Card;

impl TryFrom<Value> for Card {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        Err(format!("not a card: {value}"))
    }
}

/// All that an error shows without being asked for data.
fn shown(error: &DecodeError) -> String {
    let mut text = vec![format!("{error} {error:?} {error:#?}")];
    let mut next = error.source();
    while let Some(source) = next {
        text.push(format!("{source} {source:?}"));
        next = source.source();
    }
    text.join(" ")
}

/// Whether it failed; a secret is in no text then.
fn hidden<T>(result: Result<T, DecodeError>, secret: &str) -> Result<bool, TestCaseError> {
    let Err(error) = result else {
        return Ok(false);
    };
    let shown = shown(&error);
    prop_assert!(!shown.contains(secret), "{} in {}", secret, shown);
    Ok(true)
}

fn payload<T: Payload>(text: &str, secret: &str) -> Result<bool, TestCaseError> {
    let encoded = BASE64_STANDARD.encode(text);
    Ok(hidden(T::decode(Data::text(text)), secret)?
        | hidden(T::decode(Data::base64(&encoded)), secret)?
        | hidden(T::decode(Data::bytes(text.as_bytes())), secret)?)
}

fn json<T: DeserializeOwned>(text: &str, secret: &str) -> Result<bool, TestCaseError> {
    let notification = json!({ "Type": "Notification", "Message": text }).to_string();
    let event = format!(r#"{{"detail":{text}}}"#);
    Ok(payload::<Json<T>>(text, secret)?
        | payload::<Sns<Json<T>>>(&notification, secret)?
        | payload::<EventBridge<T>>(&event, secret)?)
}

fn image<T: DeserializeOwned>(item: &str, secret: &str) -> Result<bool, TestCaseError> {
    let record =
        format!(r#"{{"eventName":"INSERT","dynamodb":{{"Keys":{item},"NewImage":{item}}}}}"#);
    let keys = DynamoDbRecord::<()>::from_json(&record)
        .unwrap()
        .keys::<T>();
    let record = DynamoDbRecord::<T>::from_json(&record);
    Ok(hidden(keys, secret)? | hidden(record, secret)?)
}

/// Values of all kinds, and the secret in them: twelve digits.
fn values() -> impl Strategy<Value = (String, String)> {
    let places = [
        "\"@\"",
        "\"4111 @\"",
        "@",
        "@.5",
        "-@",
        "[\"@\"]",
        "[1,[\"@\"]]",
        "{\"@\":1}",
        "{\"One\":\"@\"}",
        "{\"Two\":\"@\"}",
        "{\"@\":\"@\"}",
        "{\"7\":\"@\"}",
        "{\"7\":{\"@\":1}}",
        "[{\"a\":\"@\"}]",
        "[{\"a\":\"x\",\"@\":\"@\"}]",
        "[{\"a\":\"x\",\"b\":@}]",
        "{\"a\":\"@\"}",
        "{\"a\":\"One\",\"b\":\"@\"}",
    ];
    let secret = "[1-9][0-9]{11}";
    (secret, select(places.to_vec()))
        .prop_map(|(secret, place)| (place.replace('@', &secret), secret))
}

/// A value in DynamoDB's JSON.
fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(flag) => json!({ "BOOL": flag }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(list) => json!({ "L": list.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(_) => json!({ "M": item(value) }),
    }
}

fn item(value: &Value) -> Value {
    let members = value.as_object().expect("an object").iter();
    members
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

proptest! {
    #![proptest_config(cases::config())]

    #[test]
    fn of_json_and_images(
        field in select(vec!["a", "b", "c", "d", "e", "f"]),
        (value, secret) in values(),
    ) {
        let object = format!(r#"{{"a":1,"{field}":{value}}}"#);
        let alone = format!(r#"{{"{field}":{value}}}"#);
        for text in [&object, &alone] {
            prop_assert!(json::<Order>(text, &secret)?, "{} is an order", text);
            json::<BTreeMap<String, u8>>(text, &secret)?;
            json::<BTreeMap<String, BTreeMap<Kind, bool>>>(text, &secret)?;
            json::<Vec<u8>>(text, &secret)?;
            json::<Tagged>(text, &secret)?;
            json::<Card>(text, &secret)?;
            payload::<S3Event>(text, &secret)?;
            payload::<Sns<String>>(text, &secret)?;
            payload::<EventBridge<()>>(text, &secret)?;
        }
        let text = item(&serde_json::from_str(&alone).unwrap()).to_string();
        prop_assert!(image::<Order>(&text, &secret)?, "{} is an order", text);
        image::<BTreeMap<String, u8>>(&text, &secret)?;
        image::<BTreeMap<String, BTreeMap<Kind, bool>>>(&text, &secret)?;
        image::<BTreeMap<String, Bytes>>(&text, &secret)?;
        image::<Tagged>(&text, &secret)?;
        image::<Card>(&text, &secret)?;
        // Its parts where attributes should be.
        let is_refused = image::<Attributes>(&alone, &secret)?;
        prop_assert!(is_refused, "{} is an item", alone);
    }

    #[test]
    fn of_text_that_is_not_what_it_should_be(secret in "[a-z0-9]{12}", cut in 0..40_usize) {
        let broken = [
            format!("{secret} and more"),
            format!("\"{secret}"),
            format!(r#"{{"a":"{secret}\x"}}"#),
            format!(r#"{{"a":"{secret}","#),
            format!(r#"{{"a":1}}{secret}"#),
            format!(r#"{{"a":1,"{secret}"}}"#),
        ];
        for text in broken {
            prop_assert!(payload::<Json<Order>>(&text, &secret)?, "{}", text);
            prop_assert!(payload::<EventBridge<Order>>(&text, &secret)?, "{}", text);
            prop_assert!(payload::<S3Event>(&text, &secret)?, "{}", text);
            prop_assert!(payload::<Sns<String>>(&text, &secret)?, "{}", text);
        }
        let bytes = [secret.as_bytes(), &[0xff]].concat();
        // As bytes are shown.
        let numbers = format!("{}, {}, {}", bytes[0], bytes[1], bytes[2]);
        for secret in [&secret, &numbers] {
            let is_refused = hidden(String::decode(Data::bytes(&bytes)), secret)?;
            prop_assert!(is_refused);
        }
        let mut data = BASE64_STANDARD.encode(&secret);
        data.insert(cut % data.len(), '!');
        // The symbol as a number is data too.
        for secret in [&data, "33"] {
            let is_refused = hidden(Bytes::decode(Data::base64(&data)), secret)?;
            prop_assert!(is_refused);
        }
        let object = json!({ "key": format!("{secret}%zz") });
        let s3 = json!({ "bucket": { "name": "b" }, "object": object });
        let record = json!({ "eventName": "e", "eventTime": "t", "s3": s3 });
        let text = json!({ "Records": [record] }).to_string();
        let is_refused = payload::<S3Event>(&text, &secret)?;
        prop_assert!(is_refused);
    }
}

#[test]
fn those_who_ask_are_told() {
    let decode = |text: &'static str| Json::<Order>::decode(Data::text(text)).unwrap_err();
    let error = decode(r#"{"a":"4111 1111"}"#);
    let asked = error.unredacted().unwrap().to_string();
    assert!(
        asked.starts_with("invalid type: string \"4111 1111\", expected u8"),
        "{asked}"
    );
    assert!(
        error
            .unredacted()
            .unwrap()
            .downcast_ref::<serde_json::Error>()
            .is_some()
    );

    let body = json!({ "Type": "Notification", "Message": r#"{"a":"4111 1111"}"# }).to_string();
    let record = json!({ "messageId": "1", "body": body }).to_string();
    let error = SqsMessage::<Sns<Json<Order>>>::from_json(&record).unwrap_err();
    assert!(!shown(&error).contains("4111"));
    assert!(
        error
            .unredacted()
            .unwrap()
            .to_string()
            .contains("4111 1111")
    );

    assert!(
        DecodeError::new("an error")
            .because("another")
            .unredacted()
            .is_none()
    );
}

/// The path names what the type knows, and no data.
#[test]
fn paths() {
    for (text, expected) in [
        (
            r#"{"a":1,"b":[{"a":"x"},{"a":5}]}"#,
            ", at `b[1].<key>`: expected a character, found a number",
        ),
        (
            r#"{"a":1,"c":{"7":"Three"}}"#,
            ", at `c.<key>`: the value is not a variant of the type: it has `One`, `Two`",
        ),
        (
            r#"{"a":1,"c":{"7":{"Two":true}}}"#,
            ", at `c.<key>.Two`: expected u8, found a boolean",
        ),
        (
            r#"{"a":1,"c":{"x":"One"}}"#,
            ": invalid value: expected key to be a number in quotes",
        ),
        (
            r#"{"a":1,"z":1}"#,
            ": a key is not a field of the type: it has `a`, `b`, `c`, `d`, `e`",
        ),
        (
            r#"{"a":1,"e":[]}"#,
            ", at `e`: the type's own code does not accept an array",
        ),
        (
            r#"{"a":300}"#,
            ", at `a`: expected u8, found a number whose value is not valid",
        ),
        (r#"{"b":null}"#, ": missing field `a`"),
        (r#"{"a":1,"a":2}"#, ": duplicate field `a`"),
    ] {
        let error = Json::<Order>::decode(Data::text(text)).unwrap_err();
        let shown = format!("{error:?}");
        let start = format!(
            "the payload is not the JSON of a `behaviour::decoding::secrets::Order`{expected}"
        );
        assert!(shown.starts_with(&start), "{shown}");
    }
}
