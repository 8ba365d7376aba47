//! Kafka: several topics and partitions, tombstones, headers, and what is reported of them.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "a handler takes its record by value, and is usually async"
)]

use std::{
    sync::Mutex,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stream_handler::{Bytes, Json, kafka::KafkaRecord, stream_handler};
use stream_handler_tests::{Calls, failure, invocation, respond};

fn record(topic: &str, partition: i32, offset: i64, value: &str) -> Value {
    json!({
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "timestamp": 1_545_084_650_987_i64,
        "timestampType": "CREATE_TIME",
        "key": "a2V5",
        "value": BASE64_STANDARD.encode(value),
        "headers": [{ "first": [104, 105] }, { "second": [-36, 200, 0] }, { "first": [] }],
    })
}

fn event(source: &str, partitions: &Value) -> Value {
    json!({
        "eventSource": source,
        "eventSourceArn": "arn:aws:kafka:us-east-1:111122223333:cluster/name/uuid",
        "bootstrapServers": "b-1.example:9092,b-2.example:9092",
        "records": partitions,
    })
}

/// Two topics, three partitions; a value that ends in `!` fails.
fn partitions() -> Value {
    json!({
        "orders-0": [record("orders", 0, 15, "a"), record("orders", 0, 16, "b!"), record("orders", 0, 17, "c")],
        "orders-1": [record("orders", 1, 7, "d"), record("orders", 1, 8, "e")],
        "a-b-2": [record("a-b", 2, 100, "f!")],
    })
}

#[stream_handler]
async fn on_value(record: KafkaRecord<String>, calls: &Calls) -> Result<(), String> {
    let value = record.value().ok_or("a tombstone")?;
    calls.add(value);
    if value.ends_with('!') {
        return Err(value.clone());
    }
    Ok(())
}

#[stream_handler(concurrency = 8)]
async fn on_value_at_once(record: KafkaRecord<String>, calls: &Calls) -> Result<(), String> {
    tokio::task::yield_now().await;
    on_value(record, calls).await
}

/// A failure stops its partition; what is left of it is reported as well.
#[tokio::test]
async fn each_undone_record_of_a_partition() {
    let expected = json!({ "batchItemFailures": [
        { "itemIdentifier": { "partition": "orders-0", "offset": 16 } },
        { "itemIdentifier": { "partition": "orders-0", "offset": 17 } },
        { "itemIdentifier": { "partition": "a-b-2", "offset": 100 } },
    ]});
    for source in ["aws:kafka", "SelfManagedKafka"] {
        let event = event(source, &partitions());
        let mut expected = expected.clone();
        // The order of the event, which is that of its text.
        if event.to_string().find("a-b-2") < event.to_string().find("orders-0") {
            expected["batchItemFailures"]
                .as_array_mut()
                .unwrap()
                .rotate_right(1);
        }
        let calls = Calls::default();
        let text = respond(on_value::batch(invocation(&event), &calls)).await;
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
        let mut called = calls.all();
        called.sort();
        assert_eq!(called, ["a", "b!", "d", "e", "f!"]);

        let text = respond(on_value_at_once::batch(
            invocation(&event),
            &Calls::default(),
        ))
        .await;
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }
}

#[tokio::test]
async fn all_done_and_none_there() {
    let good = json!({ "t-0": [record("t", 0, 1, "a")], "t-1": [] });
    for partitions in [good, json!({}), json!({ "t-0": [] })] {
        let event = event("aws:kafka", &partitions);
        let response = respond(on_value::batch(invocation(&event), &Calls::default())).await;
        assert_eq!(response, r#"{"batchItemFailures":[]}"#);
    }
}

#[tokio::test]
async fn an_undecodable_record_stops_its_partition() {
    let with = |value: Value| {
        let mut bad = record("t", 0, 2, "");
        bad["value"] = value;
        event(
            "aws:kafka",
            &json!({ "t-0": [record("t", 0, 1, "a"), bad, record("t", 0, 3, "c")] }),
        )
    };
    for value in [json!("?"), json!(5), json!("/w=="), json!(null)] {
        let calls = Calls::default();
        let response = respond(on_value::batch(invocation(&with(value.clone())), &calls)).await;
        assert_eq!(
            response,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":2}},{"itemIdentifier":{"partition":"t-0","offset":3}}]}"#,
            "{value}"
        );
        assert_eq!(calls.all(), ["a"]);
    }
}

#[tokio::test]
async fn a_record_that_can_not_be_named() {
    for field in ["topic", "partition", "offset"] {
        for value in [json!(null), json!("x"), json!([])] {
            let mut bad = record("t", 0, 2, "b!");
            bad[field] = value.clone();
            if field == "topic" && value == json!("x") {
                continue;
            }
            let event = event(
                "aws:kafka",
                &json!({ "t-0": [record("t", 0, 1, "a"), bad] }),
            );
            let calls = Calls::default();
            let diagnostic = failure(on_value::batch(invocation(&event), &calls)).await;
            assert_eq!(
                diagnostic.error_type, "StreamHandler.MissingIdentifier",
                "{field} {value}"
            );
        }
    }
}

/// Lambda takes an empty name for the failure of everything, or for nothing: it must not be written.
#[tokio::test]
async fn a_record_of_a_topic_without_a_name() {
    for value in ["b", "b!"] {
        let partitions = json!({ "": [record("", 0, 2, value)] });
        let (event, calls) = (event("aws:kafka", &partitions), Calls::default());
        let response = on_value::batch(invocation(&event), &calls);
        if value == "b" {
            assert_eq!(respond(response).await, r#"{"batchItemFailures":[]}"#);
        } else {
            let diagnostic = failure(response).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
        }
        assert_eq!(calls.all(), [value]);
    }
}

/// The key of a partition is what its text says, however it is written.
#[tokio::test]
async fn a_partition_whose_key_has_escapes() {
    let records = json!([
        record("topic", 1, 15, "a"),
        record("topic", 1, 16, "b!"),
        record("topic", 1, 17, "c")
    ]);
    for key in [
        "topic-1",
        r"topic\u002d1",
        r"t\u006fpic-1",
        r"\u0074opic-\u0031",
    ] {
        let event = format!(r#"{{"eventSource":"aws:kafka","records":{{"{key}":{records}}}}}"#);
        for at_once in [false, true] {
            let calls = Calls::default();
            let response = if at_once {
                respond(on_value_at_once::batch(invocation(&event), &calls)).await
            } else {
                respond(on_value::batch(invocation(&event), &calls)).await
            };
            assert_eq!(
                response,
                r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"topic-1","offset":16}},{"itemIdentifier":{"partition":"topic-1","offset":17}}]}"#,
                "{key}"
            );
            assert_eq!(calls.all(), ["a", "b!"], "{key}");
        }
    }
}

/// What it would be reported by stands for another record, or for none.
#[tokio::test]
async fn a_record_in_another_partition_than_it_says() {
    for (topic, partition) in [("orders", 1), ("other", 0)] {
        let strange = record(topic, partition, 15, "b!");
        for other in [record("orders", 1, 15, "a"), json!(5)] {
            let partitions = json!({ "orders-0": [strange], "orders-1": [other] });
            let (event, calls) = (event("aws:kafka", &partitions), Calls::default());
            let diagnostic = failure(on_value::batch(invocation(&event), &calls)).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.InvalidEvent");
            let told = format!("a record of `{topic}-{partition}` in `orders-0`");
            let message = diagnostic.error_message;
            assert!(message.contains(&told), "{message}");
            assert!(calls.all().is_empty());
        }
    }
}

#[tokio::test]
async fn events_of_others() {
    let other = event("aws:mq", &json!({}));
    for (event, told) in [
        (other, "found an event from `aws:mq`"),
        (json!({ "Records": [] }), "found an object with `Records`"),
        (
            json!({ "records": [] }),
            "found an object whose `records` is an array",
        ),
        (
            json!({ "records": { "t-0": 5 } }),
            "found an object whose `records` has a number at `t-0`",
        ),
        (
            json!({ "records": null }),
            "found an object whose `records` is null",
        ),
        (json!([]), "found an array"),
    ] {
        let diagnostic = failure(on_value::batch(invocation(&event), &Calls::default())).await;
        assert_eq!(
            diagnostic.error_type, "StreamHandler.InvalidEvent",
            "{event}"
        );
        assert!(
            diagnostic.error_message.contains(told),
            "{}",
            diagnostic.error_message
        );
    }
}

#[tokio::test]
async fn what_a_record_holds() {
    #[stream_handler]
    async fn keep(
        record: KafkaRecord<Json<u64>, String>,
        kept: &Mutex<Vec<KafkaRecord<Json<u64>, String>>>,
    ) {
        kept.lock().unwrap().push(record);
    }

    let mut tombstone = record("t", 3, 6, "7");
    tombstone["value"] = json!(null);
    let mut keyless = record("t", 3, 7, "7");
    keyless["key"] = json!(null);
    keyless["headers"] = json!([]);
    let event = event(
        "aws:kafka",
        &json!({ "t-3": [record("t", 3, 5, "7"), tombstone, keyless] }),
    );
    let kept = Mutex::default();
    respond(keep::batch(invocation(&event), &kept)).await;
    let kept = kept.into_inner().unwrap();

    let first = &kept[0];
    assert_eq!(
        (first.topic(), first.partition(), first.offset()),
        ("t", 3, 5)
    );
    assert_eq!(first.key().map(String::as_str), Some("key"));
    assert_eq!(first.value(), Some(&Json(7)));
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_545_084_650_987);
    assert_eq!(first.timestamp(), Some(time));
    let headers = first.headers().unwrap();
    assert_eq!(
        headers,
        [
            ("first".to_owned(), b"hi".to_vec()),
            ("second".to_owned(), vec![220, 200, 0]),
            ("first".to_owned(), vec![]),
        ]
    );
    assert_eq!(
        serde_json::from_str::<Value>(first.json()).unwrap()["timestampType"],
        "CREATE_TIME"
    );

    assert_eq!((kept[1].value(), kept[1].offset()), (None, 6));
    assert_eq!((kept[2].key(), kept[2].headers().unwrap().len()), (None, 0));
    let values: Vec<_> = kept.into_iter().map(KafkaRecord::into_value).collect();
    assert_eq!(values, [Some(Json(7)), None, Some(Json(7))]);
}

#[tokio::test]
async fn headers_that_are_no_bytes() {
    #[stream_handler]
    async fn headers(record: KafkaRecord<Bytes>) -> Result<(), stream_handler::DecodeError> {
        record.headers().map(drop)
    }

    for value in [
        json!([256]),
        json!([-129]),
        json!("x"),
        json!([1.5]),
        json!({}),
    ] {
        let mut bad = record("t", 0, 2, "");
        bad["headers"] = json!([{ "h": value }]);
        let event = event("aws:kafka", &json!({ "t-0": [bad] }));
        let response = respond(headers::batch(invocation(&event))).await;
        assert!(response.contains(r#""offset":2"#), "{value}");
    }
}
