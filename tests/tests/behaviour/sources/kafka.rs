//! Kafka: several topics and partitions, tombstones, headers, and what is reported of them.

use std::{
    sync::Mutex,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stream_handler::{Json, kafka::KafkaRecord, stream_handler};
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

type Kept = Mutex<Vec<KafkaRecord<Json<u64>, String>>>;

#[stream_handler]
async fn keep(record: KafkaRecord<Json<u64>, String>, kept: &Kept) {
    kept.lock().unwrap().push(record);
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
    for source in ["aws:kafka", "SelfManagedKafka", "aws:SelfManagedKafka"] {
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
    for value in [json!(null), json!("x"), json!([]), json!(1.5)] {
        let mut bad = record("t", 0, 2, "b!");
        bad["offset"] = value.clone();
        for (name, bad) in [
            ("t-0", bad.clone()),
            ("t-0", json!(5)),
            ("", record("t", 0, 2, "b!")),
        ] {
            let event = event("aws:kafka", &json!({ name: [record("t", 0, 1, "a"), bad] }));
            let calls = Calls::default();
            let diagnostic = failure(on_value::batch(invocation(&event), &calls)).await;
            assert_eq!(
                diagnostic.error_type, "StreamHandler.MissingIdentifier",
                "{value}"
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

/// Published samples have such records.
#[tokio::test]
async fn the_event_names_the_partition_whatever_the_record_says() {
    let of = |name: &str, mut own: Value, fields: &[&str]| {
        for field in fields {
            own.as_object_mut().unwrap().remove(*field);
        }
        event(
            "aws:kafka",
            &json!({ name: [record("o-rders", 7, 14, "7"), own] }),
        )
    };
    for (own, missing, topic, partition) in [
        (record("other", 3, 15, "x"), &[][..], "other", 3),
        (record("", 3, 15, "x"), &[], "", 3),
        (record("other", 3, 15, "x"), &["topic"], "o-rders", 3),
        (record("other", 3, 15, "x"), &["partition"], "other", 7),
        (
            record("other", 3, 15, "x"),
            &["topic", "partition"],
            "o-rders",
            7,
        ),
    ] {
        let event = of("o-rders-7", own.clone(), missing);
        let response = respond(keep::batch(invocation(&event), &Kept::default())).await;
        assert_eq!(
            response,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"o-rders-7","offset":15}}]}"#
        );
        let mut good = own;
        good["value"] = json!("Nw==");
        let (event, kept) = (of("o-rders-7", good, missing), Kept::default());
        respond(keep::batch(invocation(&event), &kept)).await;
        let kept = kept.into_inner().unwrap();
        assert_eq!((kept[1].topic(), kept[1].partition()), (topic, partition));
    }
}

#[tokio::test]
async fn a_value_can_be_taken_out() {
    let (event, kept) = (
        event("aws:kafka", &json!({ "t-0": [record("t", 0, 1, "7")] })),
        Kept::default(),
    );
    respond(keep::batch(invocation(&event), &kept)).await;
    let record = kept.into_inner().unwrap().remove(0);
    assert_eq!(record.into_value(), Some(Json(7)));
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
    let mut tombstone = record("t", 3, 6, "7");
    tombstone["value"] = json!(null);
    let mut keyless = record("t", 3, 7, "7");
    keyless["key"] = json!(null);
    keyless["headers"] = json!([]);
    let event = event(
        "aws:kafka",
        &json!({ "t-3": [record("t", 3, 5, "7"), tombstone, keyless] }),
    );
    let kept = Kept::default();
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
    let headers: Vec<_> = headers
        .iter()
        .map(|header| (header.name(), header.value().unwrap()))
        .collect();
    assert_eq!(
        headers,
        [
            ("first", Some(&b"hi"[..])),
            ("second", Some(&[220, 200, 0])),
            ("first", Some(&[])),
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
async fn a_header_that_is_not_bytes_does_not_hide_the_others() {
    let mut json = record("t", 0, 2, "7");
    json["headers"] = json!([
        { "first": [1] },
        { "large": [256] },
        { "small": [-129] },
        { "text": "x" },
        { "fraction": [1.5] },
        { "object": {}, "null": null },
        { "last": [2] },
    ]);
    let kept = Kept::default();
    let event = event("aws:kafka", &json!({ "t-0": [json] }));
    respond(keep::batch(invocation(&event), &kept)).await;
    let headers = kept.into_inner().unwrap()[0].headers().unwrap();
    let headers: Vec<_> = headers
        .iter()
        .map(|header| match header.value() {
            Ok(value) => format!("{}: {value:?}", header.name()),
            Err(error) => error.to_string(),
        })
        .collect();
    assert_eq!(
        headers,
        [
            "first: Some([1])",
            "the header `large` is an array with other numbers, not an array of bytes",
            "the header `small` is an array with other numbers, not an array of bytes",
            "the header `text` is a string, not an array of bytes",
            "the header `fraction` is an array with other values, not an array of bytes",
            "null: None",
            "the header `object` is an object, not an array of bytes",
            "last: Some([2])",
        ]
    );
}

#[tokio::test]
async fn headers_that_are_not_a_list() {
    for (headers, is_error) in [
        (json!(null), false),
        (json!([]), false),
        (json!({}), true),
        (json!(5), true),
        (json!([5]), true),
    ] {
        let mut json = record("t", 0, 2, "7");
        json["headers"] = headers;
        let kept = Kept::default();
        let event = event("aws:kafka", &json!({ "t-0": [json] }));
        respond(keep::batch(invocation(&event), &kept)).await;
        let headers = kept.into_inner().unwrap()[0].headers();
        assert_eq!(headers.is_err(), is_error, "{headers:?}");
    }
}
