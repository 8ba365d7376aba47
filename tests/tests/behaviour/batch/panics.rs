//! A panic costs the record that it happened for, wherever in the user's code it is.

use std::{error::Error, fmt, panic::panic_any};

use serde::Deserialize;
use stream_handler::{
    BatchError, BatchResponse, Data, DecodeError, Json, Payload,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{Calls, Item, Source, invocation, logs::Logs, panics::quiet, reported};

/// Panics when it is dropped.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("provoked by a drop");
    }
}

/// Panics where it is told to when it is an error.
#[derive(Debug)]
struct Malicious(&'static str);

impl fmt::Display for Malicious {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        assert_ne!(self.0, "display", "provoked by Display");
        f.write_str("malicious")
    }
}

impl Error for Malicious {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        assert_ne!(self.0, "source", "provoked by source");
        None
    }
}

impl Drop for Malicious {
    fn drop(&mut self) {
        assert_ne!(self.0, "drop", "provoked by the error's drop");
    }
}

/// What a function does when the record's text says so.
fn act(text: &str, calls: &Calls) -> Result<(), Malicious> {
    calls.add(text);
    match text {
        "literal" => panic!("provoked"),
        "formatted" => panic!("provoked by {text}"),
        "other payload" => panic_any(7_u8),
        "payload's drop" => panic_any(Bomb),
        "a local's drop" => {
            let _local = Bomb;
            Ok(())
        }
        "error's display" => Err(Malicious("display")),
        "error's source" => Err(Malicious("source")),
        "error's drop" => Err(Malicious("drop")),
        _ => Ok(()),
    }
}

const MISDEEDS: [&str; 8] = [
    "literal",
    "formatted",
    "other payload",
    "payload's drop",
    "a local's drop",
    "error's display",
    "error's source",
    "error's drop",
];

#[stream_handler]
fn plain_kinesis(record: KinesisRecord<String>, calls: &Calls) -> Result<(), Malicious> {
    act(record.data(), calls)
}

#[stream_handler]
async fn early_kinesis(record: KinesisRecord<String>, calls: &Calls) -> Result<(), Malicious> {
    act(record.data(), calls)?;
    tokio::task::yield_now().await;
    Ok(())
}

#[stream_handler]
async fn late_kinesis(record: KinesisRecord<String>, calls: &Calls) -> Result<(), Malicious> {
    tokio::task::yield_now().await;
    act(record.data(), calls)
}

fn text(record: DynamoDbRecord<Item, ()>) -> String {
    match record.into_change() {
        Change::Insert { new } | Change::Modify { new, .. } => new.text,
        Change::Remove { .. } => "removed".into(),
    }
}

#[stream_handler]
fn plain_dynamodb(record: DynamoDbRecord<Item, ()>, calls: &Calls) -> Result<(), Malicious> {
    act(&text(record), calls)
}

#[stream_handler]
async fn early_dynamodb(record: DynamoDbRecord<Item, ()>, calls: &Calls) -> Result<(), Malicious> {
    act(&text(record), calls)?;
    tokio::task::yield_now().await;
    Ok(())
}

#[stream_handler]
async fn late_dynamodb(record: DynamoDbRecord<Item, ()>, calls: &Calls) -> Result<(), Malicious> {
    tokio::task::yield_now().await;
    act(&text(record), calls)
}

#[stream_handler]
fn plain_sqs(message: SqsMessage<String>, calls: &Calls) -> Result<(), Malicious> {
    act(message.body(), calls)
}

#[stream_handler]
async fn early_sqs(message: SqsMessage<String>, calls: &Calls) -> Result<(), Malicious> {
    act(message.body(), calls)?;
    tokio::task::yield_now().await;
    Ok(())
}

#[stream_handler]
async fn late_sqs(message: SqsMessage<String>, calls: &Calls) -> Result<(), Malicious> {
    tokio::task::yield_now().await;
    act(message.body(), calls)
}

const FORMS: [&str; 3] = ["plain", "early", "late"];

async fn batch(
    source: Source,
    form: &str,
    texts: &[&str],
    calls: &Calls,
) -> Result<BatchResponse, BatchError> {
    let event = &source.event(texts);
    match (source, form) {
        (Source::Kinesis, "plain") => plain_kinesis::batch(invocation(event), calls).await,
        (Source::Kinesis, "early") => early_kinesis::batch(invocation(event), calls).await,
        (Source::Kinesis, _) => late_kinesis::batch(invocation(event), calls).await,
        (Source::DynamoDb, "plain") => plain_dynamodb::batch(invocation(event), calls).await,
        (Source::DynamoDb, "early") => early_dynamodb::batch(invocation(event), calls).await,
        (Source::DynamoDb, _) => late_dynamodb::batch(invocation(event), calls).await,
        (Source::Sqs, "plain") => plain_sqs::batch(invocation(event), calls).await,
        (Source::Sqs, "early") => early_sqs::batch(invocation(event), calls).await,
        (Source::Sqs, _) => late_sqs::batch(invocation(event), calls).await,
    }
}

#[tokio::test]
async fn a_panic_in_the_function_costs_that_record() {
    quiet();
    for source in Source::ALL {
        for form in FORMS {
            for misdeed in MISDEEDS {
                let calls = Calls::default();
                let texts = ["a", misdeed, "c"];
                let response = reported(batch(source, form, &texts, &calls)).await;
                assert_eq!(response, ["2"], "{source:?} {form} {misdeed}");
                let read = if source.is_stream() { 2 } else { 3 };
                assert_eq!(calls.all(), texts[..read], "{source:?} {form} {misdeed}");
            }
        }
    }
}

#[tokio::test]
async fn every_record_may_panic() {
    quiet();
    for source in Source::ALL {
        let response = reported(batch(source, "late", &MISDEEDS, &Calls::default())).await;
        let all = ["1", "2", "3", "4", "5", "6", "7", "8"];
        let expected = if source.is_stream() { &all[..1] } else { &all };
        assert_eq!(response, expected, "{source:?}");
    }
}

#[tokio::test]
async fn the_log_tells_what_the_panic_said() {
    quiet();
    let cases = [
        ("literal", "the record handler panicked: provoked"),
        (
            "formatted",
            "the record handler panicked: provoked by formatted",
        ),
        (
            "other payload",
            "the record handler panicked: a panic without a message",
        ),
        (
            "payload's drop",
            "the record handler panicked: a panic without a message",
        ),
        (
            "a local's drop",
            "the record handler panicked: provoked by a drop",
        ),
        (
            "error's display",
            "an error whose message could not be displayed: it panicked",
        ),
        (
            "error's source",
            "an error whose message could not be displayed: it panicked",
        ),
    ];
    for (misdeed, error) in cases {
        let logs = Logs::capture();
        reported(batch(Source::Sqs, "plain", &[misdeed], &Calls::default())).await;
        assert_eq!(logs.errors(), [error], "{misdeed}");
    }
}

/// Panics while it is decoded, if it holds "panic".
#[derive(Debug)]
struct Grenade(String);

impl Grenade {
    fn new(text: String) -> Self {
        assert_ne!(text, "panic", "provoked by decoding");
        Self(text)
    }
}

impl<'de> Deserialize<'de> for Grenade {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl Payload for Grenade {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        String::decode(data).map(Self::new)
    }
}

#[derive(Debug, Deserialize)]
struct GrenadeItem {
    text: Grenade,
}

#[stream_handler]
async fn decode_kinesis(record: KinesisRecord<Json<Grenade>>, calls: &Calls) {
    calls.add(&record.data().0.0);
}

#[stream_handler]
async fn decode_dynamodb(record: DynamoDbRecord<GrenadeItem, ()>, calls: &Calls) {
    if let Change::Insert { new } = record.change() {
        calls.add(&new.text.0);
    }
}

#[stream_handler]
async fn decode_sqs(message: SqsMessage<Grenade>, calls: &Calls) {
    calls.add(&message.body().0);
}

#[tokio::test]
async fn a_panic_while_decoding_costs_that_record() {
    quiet();
    for source in Source::ALL {
        let (calls, logs) = (Calls::default(), Logs::capture());
        let calls_ref = &calls;
        let response = reported(async {
            let plain = &source.event(&["a", "panic", "c"]);
            match source {
                Source::Kinesis => {
                    let json = source.event(&[r#""a""#, r#""panic""#, r#""c""#]);
                    decode_kinesis::batch(invocation(&json), calls_ref).await
                }
                Source::DynamoDb => decode_dynamodb::batch(invocation(plain), calls_ref).await,
                Source::Sqs => decode_sqs::batch(invocation(plain), calls_ref).await,
            }
        })
        .await;
        assert_eq!(response, ["2"], "{source:?}");
        let done: &[&str] = if source.is_stream() {
            &["a"]
        } else {
            &["a", "c"]
        };
        assert_eq!(calls.all(), done, "{source:?}");
        let [error] = &logs.errors()[..] else {
            panic!("one error");
        };
        let start = "decoding the record panicked: assertion `left != right` failed: provoked";
        assert!(error.starts_with(start), "{error}");
    }
}

/// A shared value that can't be cloned for the second record.
#[derive(Debug, Default)]
struct Reluctant(std::sync::Arc<Calls>);

impl Clone for Reluctant {
    fn clone(&self) -> Self {
        self.0.add("clone");
        assert_ne!(self.0.all().len(), 2, "provoked by Clone");
        Self(self.0.clone())
    }
}

#[stream_handler]
fn cloning_kinesis(_: KinesisRecord<String>, _: Reluctant) {}

#[stream_handler]
async fn cloning_dynamodb(_: DynamoDbRecord<()>, _: Reluctant) {}

#[stream_handler]
async fn cloning_sqs(_: SqsMessage<String>, _: Reluctant) {}

#[tokio::test]
async fn a_panic_in_a_shared_values_clone_costs_that_record() {
    quiet();
    for source in Source::ALL {
        let (event, shared) = (source.event(&["a", "b", "c"]), Reluctant::default());
        let response = reported(async {
            match source {
                Source::Kinesis => cloning_kinesis::batch(invocation(&event), shared).await,
                Source::DynamoDb => cloning_dynamodb::batch(invocation(&event), shared).await,
                Source::Sqs => cloning_sqs::batch(invocation(&event), shared).await,
            }
        })
        .await;
        assert_eq!(response, ["2"], "{source:?}");
    }
}
