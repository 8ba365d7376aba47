//! What fails the invocation, and what is odd and doesn't.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use stream_handler::{
    Window, dynamodb::DynamoDbRecord, kinesis::KinesisRecord, sqs::SqsMessage, stream_handler,
};
use stream_handler_tests::{
    Calls, Item, Source,
    events::{self, in_window},
    failure, folded, invocation,
    logs::Logs,
    panics::quiet,
    reported,
};

use super::{CLOSED, STREAMS, batch, texts};

#[tokio::test]
async fn a_state_has_a_limit() {
    /// What the JSON has besides the text, with a record of one `x`.
    const FRAME: usize = r#"{"texts":["","x"]}"#.len();
    let event = |bytes: usize| {
        let text = "y".repeat(bytes - FRAME);
        in_window(Source::Kinesis.event(&["x"]), texts(&[&text]), false)
    };
    let limit = 1024 * 1024;
    let calls = Calls::default();
    let (_, state) = folded(batch(Source::Kinesis, &event(limit), &calls)).await;
    assert_eq!(state.to_string().len(), limit);
    let diagnostic = failure(batch(Source::Kinesis, &event(limit + 1), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.StateTooLarge");
    assert_eq!(
        diagnostic.error_message,
        "a tumbling window of Kinesis: the window's state has 1048577 bytes in JSON, and Lambda \
         keeps at most 1048576 per shard: keep less of each record, or make the window shorter"
    );
    // At the end of the window it goes nowhere but to the closing function.
    let event = events::with(event(limit + 1), "/isFinalInvokeForWindow", true);
    let (_, state) = folded(batch(Source::Kinesis, &event, &calls)).await;
    assert_eq!(state, texts(&[]));
}

#[tokio::test]
async fn an_unreadable_state() {
    for source in STREAMS {
        for (state, error) in [
            (
                json!({ "texts": 7 }),
                ", at `texts`: expected a sequence, found a number",
            ),
            (json!({ "other": [] }), ": missing field `texts`"),
            (json!("x"), ": expected struct Seen, found a string"),
        ] {
            let calls = Calls::default();
            let event = in_window(source.event(&["a"]), state, false);
            let logs = Logs::capture();
            let diagnostic = failure(batch(source, &event, &calls)).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.UnreadableState");
            let expected = format!(
                "a tumbling window of {}: the event's `state` can't be read: it is not a \
                 `behaviour::windows::Seen`{error}",
                source.name()
            );
            assert!(
                diagnostic.error_message.starts_with(&expected),
                "{diagnostic:?}"
            );
            assert_eq!(logs.with("batch failed").len(), 1);
            assert!(calls.all().is_empty());
        }
    }
}

/// A state whose JSON is bad in the way its first number says.
#[derive(Debug, Default, Clone, Deserialize)]
struct Odd(BTreeMap<String, u64>);

impl Serialize for Odd {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.get("odd") {
            Some(1) => Err(serde::ser::Error::custom("no JSON for this")),
            Some(2) => panic!("provoked by Serialize"),
            Some(3) => serializer.serialize_unit(),
            Some(4) => serializer.serialize_u64(4),
            _ => self.0.serialize(serializer),
        }
    }
}

#[stream_handler(window = unreachable)]
fn nothing(_line: KinesisRecord<String>, #[state] _state: &mut Option<Odd>) {}

async fn unreachable(_: Window<Option<Odd>>) {
    panic!("closed")
}

#[tokio::test]
async fn an_unwritable_state() {
    #[stream_handler(window = forget)]
    fn on_line(_line: KinesisRecord<String>, #[state] _state: &mut Odd) {}
    async fn forget(_: Window<Odd>) {}
    quiet();
    let object = "its JSON is not an object, which Lambda requires: make it a struct or a map";
    for (odd, error) in [
        (1, "no JSON for this"),
        (2, "writing it panicked: provoked by Serialize"),
        (3, object),
        (4, object),
    ] {
        let event = in_window(Source::Kinesis.event(&["a"]), json!({ "odd": odd }), false);
        let diagnostic = failure(on_line::batch(invocation(&event))).await;
        assert_eq!(diagnostic.error_type, "StreamHandler.UnwritableState");
        let expected =
            format!("a tumbling window of Kinesis: the window's state can't be returned: {error}");
        assert_eq!(diagnostic.error_message, expected);
    }
    // Found before the window is closed, which would be again and again.
    let event = in_window(Source::Kinesis.event(&[]), json!({ "odd": 5 }), true);
    let diagnostic = failure(nothing::batch(invocation(&event))).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.UnwritableState");
    assert!(diagnostic.error_message.ends_with(object), "{diagnostic:?}");

    let event = in_window(Source::Kinesis.event(&["a"]), json!({ "odd": 5 }), false);
    let (_, state) = folded(on_line::batch(invocation(&event))).await;
    assert_eq!(state, json!({ "odd": 5 }));
}

#[tokio::test]
async fn an_event_without_a_window() {
    for source in STREAMS {
        let calls = Calls::default();
        let diagnostic = failure(batch(source, &source.event(&["a"]), &calls)).await;
        assert_eq!(diagnostic.error_type, "StreamHandler.MissingWindow");
        let message = diagnostic.error_message;
        assert!(
            message.contains("`tumbling_window_in_seconds`"),
            "{message}"
        );
        assert!(calls.all().is_empty());
        // One of another source is told for that.
        let event = Source::Sqs.event(&["a"]);
        let diagnostic = failure(batch(source, &event, &calls)).await;
        assert_eq!(diagnostic.error_type, "StreamHandler.InvalidEvent");
    }
}

#[tokio::test]
async fn odd_fields_of_a_window() {
    let event = in_window(Source::Kinesis.event(&[]), texts(&["a"]), true);
    // What is only there to be shown may be missing.
    for (pointer, closed) in [
        ("/window", "close a from  to  of shard-1"),
        (
            "/shardId",
            "close a from 2026-07-30T17:00:00Z to 2026-07-30T17:05:00Z of ",
        ),
        ("/eventSourceARN", &format!("close a {CLOSED}")),
    ] {
        let calls = Calls::default();
        let event = events::with(event.clone(), pointer, json!([7]));
        folded(batch(Source::Kinesis, &event, &calls)).await;
        assert_eq!(calls.all(), [closed]);
    }
    // What decides may not be odd: a window would never be closed.
    for odd in [json!("true"), json!(1), json!({})] {
        let event = events::with(event.clone(), "/isFinalInvokeForWindow", odd);
        let diagnostic = failure(batch(Source::Kinesis, &event, &Calls::default())).await;
        assert_eq!(diagnostic.error_type, "StreamHandler.InvalidEvent");
        let expected = "expected the fields of a tumbling window, found";
        assert!(
            diagnostic.error_message.contains(expected),
            "{diagnostic:?}"
        );
    }
}

#[stream_handler]
fn plain_kinesis(record: KinesisRecord<String>, calls: &Calls) {
    calls.add(record.into_data());
}

#[stream_handler]
fn plain_dynamodb(_record: DynamoDbRecord<Item, ()>, calls: &Calls) {
    calls.add("called");
}

#[stream_handler]
fn plain_sqs(message: SqsMessage<String>, calls: &Calls) {
    calls.add(message.into_body());
}

/// A response without `state` is a failed invocation: better told than guessed.
#[tokio::test]
async fn a_window_for_a_handler_without() {
    let calls = Calls::default();
    let only = |source: Source, field: &str| {
        let full = in_window(source.event(&["a"]), json!({}), false);
        let mut event = source.event(&["a"]);
        event[field] = full[field].clone();
        event
    };
    for source in STREAMS {
        for event in [
            in_window(source.event(&["a"]), json!({}), false),
            in_window(source.event(&[]), json!({}), true),
            only(source, "window"),
            only(source, "isFinalInvokeForWindow"),
        ] {
            let diagnostic = match source {
                Source::Kinesis => failure(plain_kinesis::batch(invocation(&event), &calls)).await,
                _ => failure(plain_dynamodb::batch(invocation(&event), &calls)).await,
            };
            assert_eq!(diagnostic.error_type, "StreamHandler.UnexpectedWindow");
            let message = diagnostic.error_message;
            assert!(
                message.contains("write `#[stream_handler(window = …)]`"),
                "{message}"
            );
        }
    }
    assert!(calls.all().is_empty());
    // Lambda has no windows for other sources: such an event is not what the record handler is for.
    let event = only(Source::Sqs, "window");
    let diagnostic = failure(plain_sqs::batch(invocation(&event), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.UnexpectedWindow");
    assert!(calls.all().is_empty());
    // The other fields have nothing to do with windows.
    let event = only(Source::Kinesis, "state");
    let failures = reported(plain_kinesis::batch(invocation(&event), &calls)).await;
    assert!(failures.is_empty());
    assert_eq!(calls.all(), ["a"]);
}

/// The copy is made for each record, and a panic of it is the record's.
#[tokio::test]
async fn a_copy_that_panics() {
    #[derive(Default, Serialize, Deserialize)]
    struct Fragile {
        copies: u64,
    }
    impl Clone for Fragile {
        fn clone(&self) -> Self {
            assert!(self.copies < 2, "provoked");
            Self {
                copies: self.copies + 1,
            }
        }
    }
    #[stream_handler(window = forget)]
    fn on_line(_line: KinesisRecord<String>, #[state] _state: &mut Fragile) {}
    async fn forget(_: Window<Fragile>) {}
    quiet();
    let event = in_window(
        Source::Kinesis.event(&["a", "b", "c", "d"]),
        json!({}),
        false,
    );
    let response = folded(on_line::batch(invocation(&event))).await;
    assert_eq!(response, (vec!["3".to_owned()], json!({ "copies": 2 })));
}
