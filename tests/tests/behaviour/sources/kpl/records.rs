//! Records that the Kinesis Producer Library aggregated: what is handed over, in which order, and
//! what is reported. Those of another producer are in `producer.rs`, damage in `damaged.rs`.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use serde_json::{Value, json};
use stream_handler::{
    Bytes, DeadLetter, Failure, Json,
    kinesis::{KinesisRecord, UserRecord},
    stream_handler,
    testing::EventSourceMapping,
};
use stream_handler_tests::{
    Calls,
    events::{event, kinesis, with, without},
    invocation,
    kpl::aggregate,
    logs::Logs,
    reported,
};

use super::records_of;

/// Adds `data` to the calls, and fails for `bad`.
#[stream_handler]
async fn on_text(record: UserRecord<String>, calls: &Calls) -> Result<(), String> {
    calls.add(record.data());
    if record.data().starts_with("bad") {
        return Err(record.into_data());
    }
    Ok(())
}

/// An aggregate of texts, all with the same key.
fn texts(sequence_number: &str, texts: &[&str]) -> Value {
    let records = texts.iter().map(|text| ("key", None, text.as_bytes()));
    kinesis(sequence_number, aggregate(records))
}

#[tokio::test]
async fn a_record_that_is_no_aggregate() {
    let plain = [
        b"plain".to_vec(),
        vec![],
        vec![0xF3],
        vec![0xF3, 0x89, 0x9A],
        // In base64 it starts as the magic does, which differs in the last bit alone.
        vec![0xF3, 0x89, 0x9A, 0xC3, 0, 0],
        [&[0][..], &aggregate([("key", None, &b"a"[..])])].concat(),
    ];
    let event = event(
        plain
            .iter()
            .zip(1..)
            .map(|(data, number)| kinesis(&number.to_string(), data)),
    );
    let records = records_of(&event).await;
    assert_eq!(records.len(), plain.len());
    for ((record, data), number) in records.iter().zip(&plain).zip(1..) {
        assert_eq!(record.data(), data);
        assert_eq!(record.sequence_number(), number.to_string());
        assert_eq!(record.partition_key(), "key");
        assert_eq!(record.explicit_hash_key(), None);
        assert_eq!(record.sub_sequence_number(), 0);
        assert!(!record.is_aggregated());
    }
}

#[tokio::test]
async fn each_knows_the_kinesis_record_it_came_in() {
    let parents = [
        kinesis("1", "plain"),
        texts("2", &["a", "b"]),
        kinesis("3", "plain"),
        texts("4", &["c"]),
    ];
    let records = records_of(&event(parents.clone())).await;
    assert_eq!(records.len(), 5);
    for (record, parent) in records.iter().zip([0, 1, 1, 2, 3]) {
        let parent = &parents[parent];
        assert_eq!(
            serde_json::from_str::<Value>(record.json()).unwrap(),
            *parent
        );
        assert_eq!(
            record.sequence_number(),
            parent["kinesis"]["sequenceNumber"]
        );
        assert_eq!(record.shard_id().as_deref(), Some("shardId-000000000006"));
        assert_eq!(record.event_source_arn(), parent["eventSourceARN"].as_str());
        assert!(record.approximate_arrival_timestamp().is_some());
    }
    let text = format!("{:?}", records[2]);
    assert!(text.contains("sub_sequence_number: Some(1)"), "{text}");
}

#[tokio::test]
async fn payloads() {
    #[derive(Deserialize)]
    struct Order {
        id: u64,
    }
    #[stream_handler]
    fn on_order(order: UserRecord<Json<Order>>, calls: &Calls) {
        calls.add(order.data().id.to_string());
    }
    let (logs, calls) = (Logs::capture(), Calls::default());
    let orders = aggregate([
        ("a", None, &br#"{"id":1}"#[..]),
        ("b", None, br#"{"id":"x"}"#),
        ("c", None, br#"{"id":3}"#),
    ]);
    let event = event([kinesis("7", orders)]);
    assert_eq!(
        reported(on_order::batch(invocation(&event), &calls)).await,
        ["7"]
    );
    assert_eq!(calls.all(), ["1"]);
    let error = logs.errors().remove(0);
    assert!(
        error.contains("at `id`: expected u64, found a string"),
        "{error}"
    );
}

#[tokio::test]
async fn text_that_is_not_utf8_is_one_undecodable_user_record() {
    let (logs, calls) = (Logs::capture(), Calls::default());
    let data = aggregate([("a", None, &b"good"[..]), ("a", None, &[0xFF])]);
    let event = event([kinesis("1", data)]);
    assert_eq!(
        reported(on_text::batch(invocation(&event), &calls)).await,
        ["1"]
    );
    assert_eq!(calls.all(), ["good"]);
    assert!(logs.errors()[0].starts_with("the payload is not valid UTF-8"));
}

#[tokio::test]
async fn the_parent_of_the_first_undone_is_reported_once() {
    for (batch, calls_made, response) in [
        (
            vec![texts("1", &["a", "b"]), texts("2", &["c"])],
            vec!["a", "b", "c"],
            None,
        ),
        (
            vec![texts("1", &["bad", "b"]), texts("2", &["c"])],
            vec!["bad"],
            Some("1"),
        ),
        (
            vec![texts("1", &["a", "bad"]), texts("2", &["c"])],
            vec!["a", "bad"],
            Some("1"),
        ),
        (
            vec![
                texts("1", &["a", "b"]),
                texts("2", &["c", "bad", "e"]),
                texts("3", &["f"]),
            ],
            vec!["a", "b", "c", "bad"],
            Some("2"),
        ),
        (
            vec![texts("1", &["bad 1", "bad 2", "bad 3"])],
            vec!["bad 1"],
            Some("1"),
        ),
        (
            vec![kinesis("1", "plain"), texts("2", &["bad"])],
            vec!["plain", "bad"],
            Some("2"),
        ),
    ] {
        let calls = Calls::default();
        let event = event(batch);
        let reported = reported(on_text::batch(invocation(&event), &calls)).await;
        assert_eq!(
            reported,
            response.into_iter().collect::<Vec<_>>(),
            "{calls_made:?}"
        );
        assert_eq!(calls.all(), calls_made);
    }
}

#[tokio::test]
async fn lanes_are_the_user_records_own_keys() {
    /// Fails for `bad`, and waits at `slow` until all others had their turn.
    #[stream_handler(concurrency = 8)]
    async fn in_lanes(record: UserRecord<String>, calls: &Calls) -> Result<(), String> {
        if record.data().starts_with("slow") {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
        calls.add(format!("{}/{}", record.partition_key(), record.data()));
        if record.data() == "slow bad" {
            return Err(record.into_data());
        }
        Ok(())
    }
    // The same keys in both: the Kinesis records' own key is "key" for each.
    let first = aggregate([
        ("a", None, &b"slow 1"[..]),
        ("b", None, b"1"),
        ("a", None, b"2"),
    ]);
    let second = aggregate([("b", None, &b"2"[..]), ("a", None, b"3")]);
    let calls = Calls::default();
    let batch = event([kinesis("1", first), kinesis("2", second)]);
    assert!(
        reported(in_lanes::batch(invocation(&batch), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["b/1", "b/2", "a/slow 1", "a/2", "a/3"]);

    // Records of later parents are done before one of the first parent fails: it is the
    // checkpoint all the same, and alone.
    let first = aggregate([
        ("a", None, &b"slow bad"[..]),
        ("b", None, b"1"),
        ("a", None, b"2"),
    ]);
    let second = aggregate([("b", None, &b"2"[..]), ("a", None, b"3")]);
    let calls = Calls::default();
    let batch = event([kinesis("1", first), kinesis("2", second)]);
    assert_eq!(
        reported(in_lanes::batch(invocation(&batch), &calls)).await,
        ["1"]
    );
    assert_eq!(calls.all(), ["b/1", "b/2", "a/slow bad"]);
}

#[tokio::test]
async fn a_dead_letter_is_one_user_record() {
    #[stream_handler(dead_letter = bury)]
    async fn on_record(record: UserRecord<String>, calls: &Calls) -> Result<(), Failure> {
        calls.add(record.data());
        if record.data() == "bad" {
            return Err(Failure::permanent("no good"));
        }
        Ok(())
    }
    async fn bury(letter: DeadLetter, calls: &Calls) -> Result<(), String> {
        let parent: Value = serde_json::from_str(letter.record()).unwrap();
        assert_eq!(parent["kinesis"]["sequenceNumber"], "2");
        assert_eq!(*letter.identifier().unwrap(), "2");
        calls.add(format!("buried: {}", letter.error()));
        Ok(())
    }
    let calls = Calls::default();
    let event = event([kinesis("1", "plain"), texts("2", &["a", "bad", "c"])]);
    assert!(
        reported(on_record::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["plain", "a", "bad", "buried: no good", "c"]);
}

#[tokio::test]
async fn an_event_with_a_record_that_is_none() {
    let calls = Calls::default();
    let batch = event([
        texts("1", &["a", "b"]),
        texts("2", &["c"]),
        json!(5),
        texts("4", &["d"]),
    ]);
    let diagnostic =
        stream_handler_tests::failure(on_text::batch(invocation(&batch), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
    assert!(
        diagnostic
            .error_message
            .starts_with("Kinesis record 3 of 5 "),
        "{}",
        diagnostic.error_message
    );
    assert_eq!(calls.all(), ["a", "b", "c"]);
}

#[tokio::test]
async fn an_aggregate_without_a_sequence_number() {
    let calls = Calls::default();
    let done = without(texts("1", &["a", "b"]), "/kinesis/sequenceNumber");
    assert!(
        reported(on_text::batch(invocation(&event([done])), &calls))
            .await
            .is_empty()
    );
    let unprocessed = without(texts("1", &["a", "bad"]), "/kinesis/sequenceNumber");
    let failed = on_text::batch(invocation(&event([unprocessed])), &calls);
    let diagnostic = stream_handler_tests::failure(failed).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
    assert_eq!(calls.all(), ["a", "b", "a", "bad"]);
}

#[tokio::test]
async fn an_aggregate_of_no_records_is_done() {
    let calls = Calls::default();
    let batch = event([texts("1", &[]), texts("2", &["a"]), texts("3", &[])]);
    assert!(
        reported(on_text::batch(invocation(&batch), &calls))
            .await
            .is_empty()
    );
    assert!(
        reported(on_text::batch(
            invocation(&event([texts("1", &[])])),
            &calls
        ))
        .await
        .is_empty()
    );
    assert_eq!(calls.all(), ["a"]);
}

#[tokio::test]
async fn an_event_of_another_source() {
    let calls = Calls::default();
    let foreign = with(texts("1", &["a"]), "/eventSource", "aws:sqs");
    let batch = event([texts("1", &["a", "b"]), foreign]);
    let diagnostic =
        stream_handler_tests::failure(on_text::batch(invocation(&batch), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.InvalidEvent");
    // The position in the event, not among the user records.
    assert!(
        diagnostic
            .error_message
            .contains("that record 1 is from `aws:sqs`")
    );
    assert!(calls.all().is_empty());
}

#[tokio::test]
async fn a_shard_goes_on_after_a_redelivery() {
    static TRIES: AtomicUsize = AtomicUsize::new(0);
    #[stream_handler]
    fn flaky(record: UserRecord<String>, calls: &Calls) -> Result<(), String> {
        calls.add(record.data());
        match record.data().as_str() {
            "b" if TRIES.fetch_add(1, Ordering::Relaxed) == 0 => Err("for once".into()),
            _ => Ok(()),
        }
    }
    let calls = Calls::default();
    let data = |texts: &[&str]| aggregate(texts.iter().map(|text| ("key", None, text.as_bytes())));
    let records = [data(&["1"]), data(&["a", "b", "c"]), data(&["2"])];
    let mapping = EventSourceMapping::kinesis().report_batch_item_failures(true);
    let report = mapping
        .run(records, |batch| flaky::batch(batch, &calls))
        .await;
    assert_eq!(report.batch_sizes(), [3, 2]);
    report.assert_nothing_lost();
    // "a" once more, "1" not.
    assert_eq!(calls.all(), ["1", "a", "b", "a", "b", "c", "2"]);
}

#[tokio::test]
async fn a_kinesis_record_is_not_taken_apart() {
    #[stream_handler]
    fn whole(record: KinesisRecord<Bytes>, calls: &Calls) {
        calls.add(record.data().len().to_string());
    }
    let calls = Calls::default();
    let data = aggregate([("a", None, &b"1"[..]), ("a", None, b"2")]);
    let batch = event([kinesis("1", &data)]);
    assert!(
        reported(whole::batch(invocation(&batch), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), [data.len().to_string()]);
}
