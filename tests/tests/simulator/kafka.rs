//! Kafka topics.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};
use stream_handler::{
    lambda_runtime::Diagnostic,
    testing::{EventSourceMapping, Fate, KafkaResume, TopicRecord},
};

use super::{Event, deliveries, fates, numbered};

fn topic() -> EventSourceMapping<TopicRecord> {
    EventSourceMapping::kafka()
        .provisioned_mode(true)
        .report_batch_item_failures(true)
        .partitions(2)
}

fn failure(partition: &str, offset: impl Into<Value>) -> Value {
    json!({"itemIdentifier": {"partition": partition, "offset": offset.into()}})
}

#[tokio::test]
async fn kafka_events_are_as_lambda_sends_them() {
    let seen = RefCell::new(Vec::new());
    let records = [
        TopicRecord::json(&json!({"id": 7}))
            .key("customer-1")
            .header("trace", [220, 200, 7])
            .partition(1),
        TopicRecord::tombstone("customer-2").partition(0),
        TopicRecord::new("x").partition(1),
    ];
    let report = topic()
        .run(records, |event: Event| {
            seen.borrow_mut().push(event.payload);
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    report.assert_all_done();
    assert_eq!(report.records()[2].identifier, "orders-1:101");
    assert_eq!(
        seen.borrow()[0],
        json!({
            "eventSource": "aws:kafka",
            "eventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/orders/\
                               6cc0432b-8618-4f44-bccc-e1fbd8fb7c4d-2",
            "bootstrapServers": "b-1.orders.c4f5.kafka.us-east-1.amazonaws.com:9092,\
                                 b-2.orders.c4f5.kafka.us-east-1.amazonaws.com:9092",
            "records": {
                "orders-0": [{
                    "topic": "orders",
                    "partition": 0,
                    "offset": 100,
                    "timestamp": 1_704_067_200_001_u64,
                    "timestampType": "CREATE_TIME",
                    "key": "Y3VzdG9tZXItMg==",
                    "value": null,
                    "headers": [],
                }],
                "orders-1": [
                    {
                        "topic": "orders",
                        "partition": 1,
                        "offset": 100,
                        "timestamp": 1_704_067_200_000_u64,
                        "timestampType": "CREATE_TIME",
                        "key": "Y3VzdG9tZXItMQ==",
                        "value": "eyJpZCI6N30=",
                        "headers": [{"trace": [-36, -56, 7]}],
                    },
                    {
                        "topic": "orders",
                        "partition": 1,
                        "offset": 101,
                        "timestamp": 1_704_067_200_002_u64,
                        "timestampType": "CREATE_TIME",
                        "key": null,
                        "value": "eA==",
                        "headers": [],
                    },
                ],
            },
        })
    );
}

#[tokio::test]
async fn kafka_resumes_each_partition_from_its_lowest_offset_unless_told_otherwise() {
    // Records 1, 3, 5 are in one partition, 2, 4, 6 in the other.
    for (resume, expected) in [
        (KafkaResume::PerPartition, [1, 1, 2, 1, 2, 1]),
        (KafkaResume::ReportedOnly, [1, 1, 2, 1, 1, 1]),
    ] {
        let first = Cell::new(true);
        let report = topic()
            .kafka_resume(resume)
            .run(numbered(6), |_: Event| {
                let failed: Vec<_> = first
                    .replace(false)
                    .then(|| failure("orders-0", 101))
                    .into_iter()
                    .collect();
                async move { Ok::<_, Diagnostic>(json!({"batchItemFailures": failed})) }
            })
            .await;
        assert_eq!(deliveries(&report), expected, "{resume:?}");
        report.assert_all_done();
    }
}

#[tokio::test]
async fn a_kafka_identifier_that_is_not_in_the_event_retries_the_whole_batch() {
    for item in [
        failure("orders-0", 99),
        failure("orders-7", 100),
        failure("orders-0", "100"),
        failure("", 100),
        json!({"itemIdentifier": "orders-0:100"}),
        json!({"itemIdentifier": ""}),
        json!({"itemIdentifier": null}),
        json!({"identifier": {"partition": "orders-0", "offset": 100}}),
    ] {
        let first = Cell::new(true);
        let report = topic()
            .run(numbered(4), |_: Event| {
                let failed: Vec<_> = first
                    .replace(false)
                    .then(|| item.clone())
                    .into_iter()
                    .collect();
                async move { Ok::<_, Diagnostic>(json!({"batchItemFailures": failed})) }
            })
            .await;
        assert_eq!(report.batch_sizes(), [4, 4], "{item}");
    }
}

#[tokio::test]
async fn a_kafka_function_error_retries_the_whole_batch_until_it_succeeds() {
    let left = Cell::new(3);
    let report = topic()
        .run(numbered(4), |_: Event| {
            left.set(left.get() - 1);
            let fails = left.get() > 0;
            async move { if fails { Err("no") } else { Ok(()) } }
        })
        .await;
    assert_eq!(report.batch_sizes(), [4, 4, 4]);
    report.assert_all_done();
}

#[tokio::test]
async fn kafka_consumers_do_not_wait_for_each_others_partitions() {
    let report = topic()
        .consumers(2)
        .invocation_limit(10)
        .run(numbered(4), |event: Event| {
            let poisoned = event.payload["records"].get("orders-0").is_some();
            async move { if poisoned { Err("poison") } else { Ok(()) } }
        })
        .await;
    let [blocked, done] = [Fate::Blocked, Fate::Done];
    assert_eq!(fates(&report), [blocked, done, blocked, done]);
}
