//! Kafka topics.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};
use stream_handler::{
    kafka::KafkaRecord,
    lambda_runtime::Diagnostic,
    stream_handler,
    testing::{EventSourceMapping, Fate, KafkaResume, Loss, TopicRecord, WhyIgnored},
};

use super::{Event, deliveries, empty_responses, fates, numbered};

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
async fn kafka_events_have_the_form_that_lambda_sends() {
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
    report.assert_all_processed();
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
async fn kafka_resumes_each_partition_from_its_lowest_reported_offset_by_default() {
    // Records 1, 3, 5 are in partition 0. Records 2, 4, 6 are in partition 1.
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
        report.assert_all_processed();
    }
}

#[tokio::test]
async fn after_a_kafka_identifier_that_is_not_in_the_event_the_whole_batch_is_retried() {
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
async fn after_a_kafka_function_error_the_whole_batch_is_retried_until_it_succeeds() {
    let left = Cell::new(3);
    let report = topic()
        .run(numbered(4), |_: Event| {
            left.set(left.get() - 1);
            let fails = left.get() > 0;
            async move { if fails { Err("no") } else { Ok(()) } }
        })
        .await;
    assert_eq!(report.batch_sizes(), [4, 4, 4]);
    report.assert_all_processed();
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
    let [blocked, processed] = [Fate::Blocked, Fate::Processed];
    assert_eq!(fates(&report), [blocked, processed, blocked, processed]);
}

#[tokio::test]
async fn an_empty_response_is_a_success_for_a_topic() {
    for response in empty_responses() {
        let report = topic()
            .run(numbered(4), |_: Event| {
                let response = response.clone();
                async move { Ok::<_, Diagnostic>(response) }
            })
            .await;
        assert_eq!(report.batch_sizes(), [4], "{response}");
        report.assert_all_processed();
    }
}

#[tokio::test]
async fn without_report_batch_item_failures_the_reported_records_of_a_topic_are_lost() {
    let report = EventSourceMapping::kafka()
        .run(numbered(3), |_: Event| async {
            let failed = failure("orders-0", 101);
            Ok::<_, Diagnostic>(json!({"batchItemFailures": [failed]}))
        })
        .await;
    let lost = Fate::Lost {
        invocation: 1,
        loss: Loss::ResponseIgnored(WhyIgnored::ReportBatchItemFailuresOff),
    };
    assert_eq!(fates(&report)[..2], [Fate::Processed, lost]);
}

#[stream_handler]
async fn on_record(record: KafkaRecord<String>) -> Result<(), String> {
    tokio::task::yield_now().await;
    let number = record.value().cloned().unwrap_or_default();
    if number == "3" {
        Err("bad".to_owned())
    } else {
        Ok(())
    }
}

#[tokio::test]
async fn a_batch_handler_stops_only_the_partition_of_the_failed_record() {
    let report = topic()
        .invocation_limit(3)
        .run(numbered(8), on_record::batch)
        .await;
    // Record 3 blocks 5 and 7, which are in its partition.
    assert_eq!(deliveries(&report), [1, 1, 3, 1, 3, 1, 3, 1]);
    let [processed, blocked] = [Fate::Processed, Fate::Blocked];
    assert_eq!(
        fates(&report),
        [
            processed, processed, blocked, processed, blocked, processed, blocked, processed
        ]
    );
    report.assert_in_order();
}
