//! What Kinesis records hold, ordinary and odd.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};
use stream_handler_tests::{
    Calls,
    events::{event, kinesis, with, without},
    invocation, reported,
};

fn time(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
}

/// Hands the test the records of an event, all of which must decode.
async fn records(records: impl IntoIterator<Item = Value>) -> Vec<KinesisRecord<String>> {
    #[stream_handler]
    fn keep(record: KinesisRecord<String>, kept: &std::sync::Mutex<Vec<KinesisRecord<String>>>) {
        kept.lock().unwrap().push(record);
    }
    let kept = std::sync::Mutex::default();
    let response = reported(keep::batch(invocation(&event(records)), &kept)).await;
    assert!(response.is_empty(), "{response:?}");
    kept.into_inner().unwrap()
}

async fn record(json: Value) -> KinesisRecord<String> {
    records([json]).await.remove(0)
}

#[tokio::test]
async fn accessors() {
    let json = kinesis(
        "49590338271490256608559692538361571095921575989136588898",
        "a text",
    );
    let record = record(json.clone()).await;
    assert_eq!(
        record.sequence_number(),
        "49590338271490256608559692538361571095921575989136588898"
    );
    assert_eq!(record.partition_key(), "key");
    assert_eq!(
        record.event_source_arn(),
        Some("arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream")
    );
    assert_eq!(record.shard_id().as_deref(), Some("shardId-000000000006"));
    assert_eq!(
        record.approximate_arrival_timestamp(),
        Some(time(1_545_084_650_987))
    );
    assert_eq!(record.data(), "a text");
    assert_eq!(serde_json::from_str::<Value>(record.json()).unwrap(), json);
    let text = format!("{record:?}");
    assert!(text.contains("a text") && text.contains("key"), "{text}");
    assert_eq!(record.clone().into_data(), "a text");
}

#[tokio::test]
async fn each_record_has_its_own_json() {
    let jsons = [kinesis("1", "a"), kinesis("2", "b"), kinesis("3", "c")];
    for (record, json) in records(jsons.clone()).await.iter().zip(jsons) {
        assert_eq!(serde_json::from_str::<Value>(record.json()).unwrap(), json);
        assert_eq!(record.sequence_number(), json["kinesis"]["sequenceNumber"]);
    }
}

#[tokio::test]
async fn a_record_outlives_its_batch() {
    let record = record(kinesis("1", "a")).await;
    let moved = std::thread::spawn(move || record.partition_key().to_owned());
    assert_eq!(moved.join().unwrap(), "key");
}

#[tokio::test]
async fn arrival_to_the_millisecond() {
    for (json, arrival) in [
        (json!(1_545_084_650.987), Some(time(1_545_084_650_987))),
        (json!(1_545_084_650.4), Some(time(1_545_084_650_400))),
        (json!(1_545_084_650.004), Some(time(1_545_084_650_004))),
        (json!(1_545_084_650), Some(time(1_545_084_650_000))),
        (json!(1.545e9), Some(time(1_545_000_000_000))),
        (json!(0), Some(time(0))),
        (json!(-1), None),
        (json!(1e300), None),
        (json!("1545084650.987"), None),
        (json!(null), None),
        (json!({}), None),
    ] {
        let odd = with(
            kinesis("1", "a"),
            "/kinesis/approximateArrivalTimestamp",
            json.clone(),
        );
        assert_eq!(
            record(odd).await.approximate_arrival_timestamp(),
            arrival,
            "{json}"
        );
    }
    // Every thousandth, so that no rounding goes unseen.
    let all = (0..1000).map(|thousandth| {
        let text = format!("1545084650.{thousandth:03}");
        let seconds: Value = serde_json::from_str(&text).unwrap();
        with(
            kinesis("1", "a"),
            "/kinesis/approximateArrivalTimestamp",
            seconds,
        )
    });
    for (record, thousandth) in records(all).await.iter().zip(0..) {
        let expected = Some(time(1_545_084_650_000 + thousandth));
        assert_eq!(record.approximate_arrival_timestamp(), expected);
    }
}

#[tokio::test]
async fn fields_that_are_missing() {
    let bare = json!({ "kinesis": { "data": "YQ==" } });
    let record = record(bare).await;
    assert_eq!(record.data(), "a");
    assert_eq!(record.sequence_number(), "");
    assert_eq!(record.partition_key(), "");
    assert_eq!(record.event_source_arn(), None);
    assert_eq!(record.shard_id(), None);
    assert_eq!(record.approximate_arrival_timestamp(), None);
}

#[tokio::test]
async fn a_shard_id_that_is_odd() {
    for (id, shard) in [
        (json!("no colon"), None),
        (json!(7), None),
        (json!("shard\"7\":49:50"), Some("shard\"7\"")),
    ] {
        let record = record(with(kinesis("1", "a"), "/eventID", id)).await;
        assert_eq!(record.shard_id().as_deref(), shard);
    }
}

#[tokio::test]
async fn oddities_are_survived() {
    let encrypted = with(kinesis("1", "a"), "/kinesis/encryptionType", "KMS");
    assert_eq!(record(encrypted).await.data(), "a");

    let keyless = without(kinesis("1", "a"), "/kinesis/partitionKey");
    assert_eq!(record(keyless).await.partition_key(), "");

    assert_eq!(record(kinesis("1", "")).await.data(), "");

    let key = "a \"quoted\" key, ключ, 🔑";
    let odd = with(kinesis("1", "a"), "/kinesis/partitionKey", key);
    assert_eq!(record(odd).await.partition_key(), key);
}

#[tokio::test]
async fn base64_may_have_json_escapes() {
    #[stream_handler]
    fn bytes(record: KinesisRecord<Vec<u8>>, calls: &Calls) {
        calls.add(format!("{:?}", record.data()));
    }
    let text = event([kinesis("1", [0xff, 0xff, 0xff, 0xfb])]).to_string();
    assert!(text.contains(r#""////+w==""#));
    let text = text.replace("////+w==", r"\/\u002f\/\/+w\u003d=");
    let calls = Calls::default();
    assert!(
        reported(bytes::batch(invocation(&text), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["[255, 255, 255, 251]"]);
}

#[tokio::test]
async fn large_data() {
    let large = "x".repeat(1_000_000);
    let record = record(kinesis("1", &large)).await;
    assert_eq!(record.data().len(), large.len());
}

#[tokio::test]
async fn json_data() {
    #[derive(serde::Deserialize)]
    struct Order {
        id: u64,
    }

    #[stream_handler]
    fn on_order(order: KinesisRecord<Json<Order>>, calls: &Calls) {
        let by_reference = order.data().id;
        let Json(owned) = order.into_data();
        calls.add(format!("{by_reference} {}", owned.id));
    }

    let calls = Calls::default();
    let event = event([kinesis("1", r#" {"id": 7, "new": null} "#)]);
    assert!(
        reported(on_order::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["7 7"]);
}
