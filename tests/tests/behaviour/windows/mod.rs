//! Tumbling windows: the state is made of exactly what Lambda won't deliver again.

mod errors;
mod options;

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stream_handler::{
    BatchError, BatchResponse, Failure, Window,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    stream_handler,
};
use stream_handler_tests::{
    Calls, Item, Source,
    events::{self, in_window},
    folded, invocation,
    panics::quiet,
};

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
            let (failures, next) = folded(batch(source, &event, &calls)).await;
            assert!(failures.is_empty());
            assert_eq!(next, texts(expected), "{source:?}");
            state = next;
        }
        // The final invocation: with records, or without.
        let event = in_window(source.event(&["d"]), state.clone(), true);
        let (failures, next) = folded(batch(source, &event, &calls)).await;
        assert!(failures.is_empty());
        assert_eq!(next, texts(&[]), "the next window begins anew");
        let event = in_window(source.event(&[]), state, true);
        let (failures, _) = folded(batch(source, &event, &calls)).await;
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
        let (_, state) = folded(batch(Source::Kinesis, &event, &Calls::default())).await;
        assert_eq!(state, texts(&["a"]));
    }
    let mut event = in_window(Source::Kinesis.event(&["a"]), Value::Null, false);
    event.as_object_mut().unwrap().remove("state").unwrap();
    let (_, state) = folded(batch(Source::Kinesis, &event, &Calls::default())).await;
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
                let (failures, state) = folded(batch(source, &event, &calls)).await;
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
    let (failures, state) = folded(batch(Source::Kinesis, &event, &calls)).await;
    assert_eq!(failures, ["2"]);
    let mended = [("2", "b"), ("3", "c")].map(|(id, text)| events::kinesis(id, text));
    let event = in_window(events::event(mended), state, true);
    let (failures, _) = folded(batch(Source::Kinesis, &event, &calls)).await;
    assert!(failures.is_empty());
    assert_eq!(
        calls.all().last().unwrap(),
        &format!("close a+b+c {CLOSED}")
    );
}

/// Records that share an identifier are delivered again together, so together they are unprocessed.
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
        let (failures, state) = folded(batch(Source::Kinesis, &event(records), &calls)).await;
        assert_eq!(failures, [checkpoint], "{records:?}");
        assert_eq!(state, texts(expected), "{records:?}");
    }
    let (failures, state) = folded(batch(
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
    let (failures, state) = folded(batch(Source::Kinesis, &event, &calls)).await;
    assert_eq!((failures, state), (vec!["2".to_owned()], texts(&["a"])));
    assert_eq!(calls.all(), ["a"]);
}

#[tokio::test]
async fn early_termination_shows() {
    let mut event = in_window(Source::Kinesis.event(&[]), texts(&["a"]), true);
    event["isWindowTerminatedEarly"] = true.into();
    let calls = Calls::default();
    folded(batch(Source::Kinesis, &event, &calls)).await;
    assert_eq!(calls.all(), [format!("close a {CLOSED}, early")]);
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
    assert_eq!(folded(batch).await, (Vec::new(), json!({})));
}
