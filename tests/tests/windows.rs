//! Tumbling windows: the state is made of exactly what Lambda won't deliver again.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "a handler takes its record by value, and is usually async"
)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Once},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stream_handler::{
    Batch, BatchError, BatchResponse, BatchSummary, Context, DeadLetter, Failure, LambdaEvent,
    Observer, Window,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls, Item, Source, events, failure, invocation, logs::Logs, reported, respond,
};

/// Keeps the panics that the tests provoke out of their output.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let message = info.payload().downcast_ref::<&str>();
            if message.is_none_or(|message| !message.contains("provoked")) {
                default(info);
            }
        }));
    });
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
struct Seen {
    texts: Vec<String>,
}

/// Every function here changes the state first, and then does what the text says.
async fn act(text: &str, seen: &mut Seen, calls: &Calls) -> Result<(), Failure> {
    calls.add(text);
    seen.texts.push(text.to_owned());
    match text {
        text if text.starts_with("bad") => Err("bad".into()),
        text if text.starts_with("permanent") => Err(Failure::permanent("for good")),
        text if text.starts_with("panic") => panic!("provoked"),
        text if text.starts_with("hang") => std::future::pending().await,
        _ => Ok(()),
    }
}

async fn closing(window: Window<Seen>, calls: &Calls) -> Result<(), String> {
    calls.add(format!(
        "close {} from {} to {} of {}{}",
        window.state().texts.join("+"),
        window.start(),
        window.end(),
        window.shard_id(),
        if window.is_terminated_early() {
            ", early"
        } else {
            ""
        },
    ));
    match window.state().texts.last().map(String::as_str) {
        Some("close fails") => Err("no room".into()),
        Some("close panics") => panic!("provoked by closing"),
        Some("close hangs") => std::future::pending().await,
        _ => Ok(()),
    }
}

#[stream_handler(window = closing)]
async fn on_kinesis(
    record: KinesisRecord<String>,
    #[state] seen: &mut Seen,
    calls: &Calls,
) -> Result<(), Failure> {
    act(record.data(), seen, calls).await
}

#[stream_handler(window = closing)]
async fn on_dynamodb(
    record: DynamoDbRecord<Item, ()>,
    calls: &Calls,
    #[state] seen: &mut Seen,
) -> Result<(), Failure> {
    let Change::Insert { new } = record.into_change() else {
        return Err("not an insert".into());
    };
    act(&new.text, seen, calls).await
}

const STREAMS: [Source; 2] = [Source::Kinesis, Source::DynamoDb];

async fn batch(source: Source, event: &Value, calls: &Calls) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => on_kinesis::batch(invocation(event), calls).await,
        _ => on_dynamodb::batch(invocation(event), calls).await,
    }
}

/// Makes an event one of a window, as the AWS Lambda Developer Guide shows it.
fn in_window(mut event: Value, state: Value, is_final: bool) -> Value {
    let fields = json!({
        "window": { "start": "2026-07-30T17:00:00Z", "end": "2026-07-30T17:05:00Z" },
        "state": state,
        "shardId": "shard-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/sales",
        "isFinalInvokeForWindow": is_final,
        "isWindowTerminatedEarly": false
    });
    let (Value::Object(event_fields), Value::Object(fields)) = (&mut event, fields) else {
        unreachable!("objects")
    };
    event_fields.extend(fields);
    event
}

/// A response as it is: the identifiers and the state, and nothing else.
async fn answer(
    batch: impl Future<Output = Result<BatchResponse, BatchError>>,
) -> (Vec<String>, Value) {
    let response: Value = serde_json::from_str(&respond(batch).await).unwrap();
    assert_eq!(response.as_object().unwrap().len(), 2, "{response}");
    let items = response["batchItemFailures"].as_array().unwrap().iter();
    let items = items.map(|item| item["itemIdentifier"].as_str().unwrap().to_owned());
    (items.collect(), response["state"].clone())
}

fn texts(texts: &[&str]) -> Value {
    json!({ "texts": texts })
}

const CLOSED: &str = "from 2026-07-30T17:00:00Z to 2026-07-30T17:05:00Z of shard-1";

#[tokio::test]
async fn the_state_goes_from_invocation_to_invocation() {
    for source in STREAMS {
        let calls = Calls::default();
        let mut state = json!({});
        for (records, expected) in [
            (&["a", "b"][..], &["a", "b"][..]),
            (&[], &["a", "b"]),
            (&["c"], &["a", "b", "c"]),
        ] {
            let event = in_window(source.event(records), state, false);
            let (failures, next) = answer(batch(source, &event, &calls)).await;
            assert!(failures.is_empty());
            assert_eq!(next, texts(expected), "{source:?}");
            state = next;
        }
        // The final invocation: with records, or without.
        let event = in_window(source.event(&["d"]), state.clone(), true);
        let (failures, next) = answer(batch(source, &event, &calls)).await;
        assert!(failures.is_empty());
        assert_eq!(next, texts(&[]), "the next window begins anew");
        let event = in_window(source.event(&[]), state, true);
        let (failures, _) = answer(batch(source, &event, &calls)).await;
        assert!(failures.is_empty());
        assert_eq!(
            calls.all()[3..],
            [
                "d".to_owned(),
                format!("close a+b+c+d {CLOSED}"),
                format!("close a+b+c {CLOSED}"),
            ]
        );
    }
}

#[tokio::test]
async fn a_window_begins_with_the_default() {
    for state in [json!({}), Value::Null] {
        let event = in_window(Source::Kinesis.event(&["a"]), state, false);
        let (_, state) = answer(batch(Source::Kinesis, &event, &Calls::default())).await;
        assert_eq!(state, texts(&["a"]));
    }
    let mut event = in_window(Source::Kinesis.event(&["a"]), Value::Null, false);
    event.as_object_mut().unwrap().remove("state").unwrap();
    let (_, state) = answer(batch(Source::Kinesis, &event, &Calls::default())).await;
    assert_eq!(state, texts(&["a"]));
}

/// At the first, a middle and the last record, whatever goes wrong, and in the final invocation
/// too: the checkpoint, the state before it, and no closing.
#[tokio::test]
async fn a_record_that_is_not_done_is_not_in_the_state() {
    quiet();
    let cases: &[(&[&str], &str, &[&str])] = &[
        (&["bad", "b", "c"], "1", &["old"]),
        (&["a", "bad", "c"], "2", &["old", "a"]),
        (&["a", "b", "bad"], "3", &["old", "a", "b"]),
        (&["panic", "b"], "1", &["old"]),
        (&["a", "panic", "c"], "2", &["old", "a"]),
        (&["a", "b", "panic"], "3", &["old", "a", "b"]),
        (&["a", "permanent", "c"], "2", &["old", "a"]),
    ];
    for source in STREAMS {
        for &(records, checkpoint, expected) in cases {
            for is_final in [false, true] {
                let calls = Calls::default();
                let event = in_window(source.event(records), texts(&["old"]), is_final);
                let (failures, state) = answer(batch(source, &event, &calls)).await;
                assert_eq!(failures, [checkpoint], "{source:?} {records:?}");
                assert_eq!(state, texts(expected), "{source:?} {records:?}");
                assert_eq!(calls.all().len(), checkpoint.parse::<usize>().unwrap());
            }
        }
    }
}

/// What Lambda does after that: the rest comes with the state, and ends as if nothing had failed.
#[tokio::test]
async fn a_retry_counts_each_record_once() {
    let calls = Calls::default();
    let event = in_window(Source::Kinesis.event(&["a", "bad", "c"]), json!({}), true);
    let (failures, state) = answer(batch(Source::Kinesis, &event, &calls)).await;
    assert_eq!(failures, ["2"]);
    let mended = [("2", "b"), ("3", "c")].map(|(id, text)| events::kinesis(id, text));
    let event = in_window(events::event(mended), state, true);
    let (failures, _) = answer(batch(Source::Kinesis, &event, &calls)).await;
    assert!(failures.is_empty());
    assert_eq!(
        calls.all().last().unwrap(),
        &format!("close a+b+c {CLOSED}")
    );
}

/// Records that share an identifier are delivered again together, so together they are undone.
#[tokio::test]
async fn records_of_one_identifier_are_one_for_the_state() {
    let event = |records: &[(&str, &str)]| {
        let records = records.iter().map(|(id, text)| events::kinesis(id, text));
        in_window(events::event(records), json!({}), false)
    };
    let calls = Calls::default();
    for (records, checkpoint, expected) in [
        (&[("1", "a"), ("2", "b"), ("2", "bad")][..], "2", &["a"][..]),
        (&[("1", "a"), ("1", "b"), ("2", "bad")], "2", &["a", "b"]),
        (
            &[("1", "a"), ("1", "b"), ("1", "c"), ("1", "bad")],
            "1",
            &[],
        ),
        (
            &[("1", "a"), ("2", "b"), ("2", "c"), ("3", "bad")],
            "3",
            &["a", "b", "c"],
        ),
    ] {
        let (failures, state) = answer(batch(Source::Kinesis, &event(records), &calls)).await;
        assert_eq!(failures, [checkpoint], "{records:?}");
        assert_eq!(state, texts(expected), "{records:?}");
    }
    let (failures, state) = answer(batch(
        Source::Kinesis,
        &event(&[("1", "a"), ("1", "b")]),
        &calls,
    ))
    .await;
    assert!(failures.is_empty());
    assert_eq!(state, texts(&["a", "b"]));
}

#[tokio::test]
async fn an_undecodable_record_leaves_the_state() {
    let records = [
        events::kinesis("1", "a"),
        events::kinesis("2", [0xff]),
        events::kinesis("3", "c"),
    ];
    let event = in_window(events::event(records), json!({}), true);
    let calls = Calls::default();
    let (failures, state) = answer(batch(Source::Kinesis, &event, &calls)).await;
    assert_eq!((failures, state), (vec!["2".to_owned()], texts(&["a"])));
    assert_eq!(calls.all(), ["a"]);
}

#[tokio::test]
async fn early_termination_shows() {
    let mut event = in_window(Source::Kinesis.event(&[]), texts(&["a"]), true);
    event["isWindowTerminatedEarly"] = true.into();
    let calls = Calls::default();
    answer(batch(Source::Kinesis, &event, &calls)).await;
    assert_eq!(calls.all(), [format!("close a {CLOSED}, early")]);
}

#[tokio::test]
async fn a_closing_that_fails_fails_the_invocation() {
    quiet();
    for source in STREAMS {
        for (last, error) in [
            ("close fails", "no room"),
            (
                "close panics",
                "the closing function panicked: provoked by closing",
            ),
        ] {
            let calls = Calls::default();
            let event = in_window(source.event(&["a", last]), json!({}), true);
            let diagnostic = failure(batch(source, &event, &calls)).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.WindowNotClosed");
            assert_eq!(
                diagnostic.error_message,
                format!(
                    "a tumbling window of {}: the window is not closed: {error}",
                    source.name()
                )
            );
            assert_eq!(calls.all().len(), 3);
        }
    }
}

/// An invocation with so long to go until its deadline.
fn limited(event: &Value, left: Duration) -> LambdaEvent<Batch<KinesisRecord<String>>> {
    let mut invocation = invocation(event);
    let deadline = SystemTime::now() + left;
    let since = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let mut context = Context::default();
    context.deadline = u64::try_from(since.as_millis()).unwrap();
    invocation.context = context;
    invocation
}

#[tokio::test]
async fn the_deadline_ends_records_and_closing() {
    let calls = Calls::default();
    let left = Duration::from_millis(200);
    let event = in_window(Source::Kinesis.event(&["a", "hang", "c"]), json!({}), true);
    let response = answer(on_kinesis::batch(limited(&event, left), &calls)).await;
    assert_eq!(response, (vec!["2".to_owned()], texts(&["a"])));

    let event = in_window(Source::Kinesis.event(&["close hangs"]), json!({}), true);
    let diagnostic = failure(on_kinesis::batch(limited(&event, left), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.WindowNotClosed");
    let expected = "the deadline came before the closing function was done";
    assert!(
        diagnostic.error_message.ends_with(expected),
        "{diagnostic:?}"
    );
}

#[derive(Default)]
struct Summaries(std::sync::Mutex<Vec<BatchSummary>>);

impl Observer for Summaries {
    fn batch_finished(&self, batch: &BatchSummary) {
        self.0.lock().unwrap().push(batch.clone());
    }
}

static SUMMARIES: Summaries = Summaries(std::sync::Mutex::new(Vec::new()));

async fn to_calls(letter: DeadLetter, calls: &Calls) {
    calls.add(format!("letter {}", letter.identifier().unwrap()));
}

#[stream_handler(
    window = closing,
    record_timeout = "20ms",
    dead_letter = to_calls,
    undecodable = "permanent",
    observer = SUMMARIES
)]
async fn with_options(
    record: KinesisRecord<String>,
    calls: &Calls,
    #[state] seen: &mut Seen,
    #[context] _context: &Context,
) -> Result<(), Failure> {
    act(record.data(), seen, calls).await
}

/// A record that was dead-lettered is done, and not in the state.
#[tokio::test]
async fn other_options_go_on_working() {
    let calls = Calls::default();
    let records = [
        events::kinesis("1", "a"),
        events::kinesis("2", "permanent"),
        events::kinesis("3", [0xff]),
        events::kinesis("4", "d"),
        events::kinesis("5", "hang"),
    ];
    let event = in_window(events::event(records), json!({}), true);
    let response = answer(with_options::batch(invocation(&event), &calls)).await;
    assert_eq!(response, (vec!["5".to_owned()], texts(&["a", "d"])));
    assert_eq!(
        calls.all(),
        ["a", "permanent", "letter 2", "letter 3", "d", "hang"]
    );
    let event = in_window(Source::Kinesis.event(&["close fails"]), json!({}), true);
    failure(with_options::batch(invocation(&event), &calls)).await;
    let summaries = SUMMARIES.0.lock().unwrap().clone();
    let numbers = summaries
        .iter()
        .map(|batch| (batch.records, batch.done, batch.reported));
    assert_eq!(numbers.collect::<Vec<_>>(), [(5, 2, Some(1)), (1, 1, None)]);
}

#[tokio::test]
async fn none_done_is_told_before_the_window() {
    #[stream_handler(window = closing, on_full_failure = "error")]
    async fn strict(
        record: KinesisRecord<String>,
        #[state] seen: &mut Seen,
        calls: &Calls,
    ) -> Result<(), Failure> {
        act(record.data(), seen, calls).await
    }
    let calls = Calls::default();
    let event = in_window(Source::Kinesis.event(&["bad"]), json!({}), true);
    let diagnostic = failure(strict::batch(invocation(&event), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.NoneDone");
    // No records are no failed ones.
    let event = in_window(Source::Kinesis.event(&[]), json!({}), true);
    answer(strict::batch(invocation(&event), &calls)).await;
    assert_eq!(calls.all(), ["bad".to_owned(), format!("close  {CLOSED}")]);
}

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
    let (_, state) = answer(batch(Source::Kinesis, &event(limit), &calls)).await;
    assert_eq!(state.to_string().len(), limit);
    let diagnostic = failure(batch(Source::Kinesis, &event(limit + 1), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.StateTooLarge");
    assert_eq!(
        diagnostic.error_message,
        "a tumbling window of Kinesis: the window's state has 1048577 bytes in JSON, and Lambda \
         keeps at most 1048576 for a shard: keep less of each record, or make the window shorter"
    );
}

#[tokio::test]
async fn an_unreadable_state() {
    for source in STREAMS {
        for (state, error) in [
            (json!({ "texts": 7 }), "texts: invalid type: integer `7`"),
            (json!({ "other": [] }), "missing field `texts`"),
            (json!("x"), "invalid type: string"),
        ] {
            let calls = Calls::default();
            let event = in_window(source.event(&["a"]), state, false);
            let logs = Logs::capture();
            let diagnostic = failure(batch(source, &event, &calls)).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.UnreadableState");
            let expected = format!(
                "a tumbling window of {}: the event's `state` can't be read: {error}",
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

#[tokio::test]
async fn an_unwritable_state() {
    #[stream_handler(window = forget)]
    fn on_line(_line: KinesisRecord<String>, #[state] _state: &mut Odd) {}
    async fn forget(_: Window<Odd>) {}
    quiet();
    let object = "its JSON is not an object, as Lambda has the state: make it a struct or a map";
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
    let event = in_window(Source::Kinesis.event(&["a"]), json!({ "odd": 5 }), false);
    let (_, state) = answer(on_line::batch(invocation(&event))).await;
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
        answer(batch(Source::Kinesis, &event, &calls)).await;
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
    // Neither other fields nor other sources have to do with windows.
    let event = only(Source::Kinesis, "state");
    let failures = reported(plain_kinesis::batch(invocation(&event), &calls)).await;
    assert!(failures.is_empty());
    let event = only(Source::Sqs, "window");
    let failures = reported(plain_sqs::batch(invocation(&event), &calls)).await;
    assert!(failures.is_empty());
    assert_eq!(calls.all(), ["a", "a"]);
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
    let response = answer(on_line::batch(invocation(&event))).await;
    assert_eq!(response, (vec!["3".to_owned()], json!({ "copies": 2 })));
}

fn send<T: Send>(future: T) -> T {
    future
}

#[tokio::test]
async fn the_future_is_send_and_the_function_is_a_function() {
    #[stream_handler(window = close)]
    async fn count(
        _line: KinesisRecord<String>,
        #[state] sum: &mut BTreeMap<String, u64>,
        step: Arc<u64>,
        (low, high): (u64, u64),
    ) -> Result<(), std::io::Error> {
        tokio::task::yield_now().await;
        *sum.entry("sum".to_owned()).or_default() += (*step).clamp(low, high);
        Ok(())
    }
    async fn close(window: Window<BTreeMap<String, u64>>, step: Arc<u64>, bounds: (u64, u64)) {
        assert_eq!((window.state()["sum"], *step, bounds), (6, 3, (1, 5)));
    }
    let mut sum = BTreeMap::new();
    let line = KinesisRecord::new("a".to_owned());
    count(line, &mut sum, Arc::new(3), (1, 5)).await.unwrap();
    assert_eq!(sum["sum"], 3);

    let event = in_window(Source::Kinesis.event(&["a", "b"]), json!({}), true);
    let batch = send(count::batch(invocation(&event), Arc::new(3), (1, 5)));
    assert_eq!(answer(batch).await, (Vec::new(), json!({})));
}
