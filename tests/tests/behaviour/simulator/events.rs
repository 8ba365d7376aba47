//! The events that the function receives, and the documents that the on-failure destination receives.

use std::cell::RefCell;

use serde_json::json;
use stream_handler::{
    dynamodb::{Change, DynamoDbRecord},
    lambda_runtime::Diagnostic,
    stream_handler,
    testing::{EventSourceMapping, ItemChange, PutRecord},
};

use super::{Event, kinesis, numbered, partial, unless_bad};

#[tokio::test]
async fn the_document_after_a_partial_response_from_kinesis() {
    let report = partial()
        .maximum_retry_attempts(1)
        .on_failure_destination(true)
        .run(numbered(3), |batch| unless_bad::batch(batch, |n| n == 2))
        .await;
    let [_, second, third] = report.records() else {
        panic!("{report}");
    };
    assert_eq!(
        serde_json::to_value(report.on_failure_documents()).unwrap(),
        json!([{
            "requestContext": {
                "requestId": "00000000-0000-4000-8000-000000000003",
                "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:orders",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 2,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": null,
            },
            "version": "1.0",
            "timestamp": "2024-01-01T00:00:00.003Z",
            "KinesisBatchInfo": {
                "shardId": "shardId-000000000000",
                "startSequenceNumber": second.identifier,
                "endSequenceNumber": third.identifier,
                "approximateArrivalOfFirstRecord": "2024-01-01T00:00:00.001Z",
                "approximateArrivalOfLastRecord": "2024-01-01T00:00:00.002Z",
                "batchSize": 2,
                "streamArn": "arn:aws:kinesis:us-east-1:123456789012:stream/orders",
            },
        }])
    );
}

#[tokio::test]
async fn the_document_after_a_function_error_from_dynamodb() {
    let changes = [ItemChange::remove(&json!({"id": "a"}), &json!({}))];
    let report = EventSourceMapping::dynamodb()
        .maximum_retry_attempts(0)
        .on_failure_destination(true)
        .run(changes, |_: Event| async { Err::<(), _>("no") })
        .await;
    let document = serde_json::to_value(&report.on_failure_documents()[0]).unwrap();
    assert_eq!(document["responseContext"]["functionError"], "Unhandled");
    let info = &document["DDBStreamBatchInfo"];
    assert_eq!(
        info["approximateArrivalOfFirstRecord"],
        "2024-01-01T00:00:00Z"
    );
    assert_eq!(info["batchSize"], 1);
    assert!(document.get("KinesisBatchInfo").is_none());
}

// Events.

#[tokio::test]
async fn kinesis_events_have_the_form_that_lambda_sends() {
    let seen = RefCell::new(Vec::new());
    let records = [PutRecord::json(&json!({"id": 7})).partition_key("customer-1")];
    let report = kinesis()
        .run(records, |event: Event| {
            seen.borrow_mut().push(event);
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    let number = "49590338271490256608559692538361571095921575989136588898";
    assert_eq!(report.records()[0].identifier, number);
    let seen = seen.into_inner();
    let context = &seen[0].context;
    assert_eq!(context.request_id, "00000000-0000-4000-8000-000000000001");
    assert!(context.deadline > 1_700_000_000_000);
    assert_eq!(
        seen[0].payload,
        json!({"Records": [{
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": "customer-1",
                "sequenceNumber": number,
                "data": "eyJpZCI6N30=",
                "approximateArrivalTimestamp": 1_704_067_200.0,
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": format!("shardId-000000000000:{number}"),
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": "arn:aws:iam::123456789012:role/orders-role",
            "awsRegion": "us-east-1",
            "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/orders",
        }]})
    );
}

#[tokio::test]
async fn dynamodb_changes_arrive_with_their_images() {
    #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
    struct Order {
        id: String,
        total: f64,
        #[serde(default)]
        tags: Vec<Option<String>>,
    }

    #[stream_handler]
    fn on_change(record: DynamoDbRecord<Order>, seen: &RefCell<Vec<Change<Order>>>) {
        seen.borrow_mut().push(record.into_change());
    }

    let seen = RefCell::new(Vec::new());
    let key = json!({"id": "a"});
    let changes = [
        ItemChange::insert(&key, &json!({"total": 1.5, "tags": ["new", null]})),
        ItemChange::modify(&key, &json!({"total": 1.5}), &json!({"total": 2})),
        ItemChange::remove(&key, &json!({"total": 2})),
    ];
    let report = EventSourceMapping::dynamodb()
        .report_batch_item_failures(true)
        .run(changes, |batch| on_change::batch(batch, &seen))
        .await;
    assert_eq!(report.batch_sizes(), [3], "{report}");
    let order = |total, tags| Order {
        id: "a".to_owned(),
        total,
        tags,
    };
    let tagged = order(1.5, vec![Some("new".to_owned()), None]);
    let expected = [
        Change::Insert { new: tagged },
        Change::Modify {
            old: order(1.5, vec![]),
            new: order(2.0, vec![]),
        },
        Change::Remove {
            old: order(2.0, vec![]),
        },
    ];
    assert_eq!(seen.into_inner(), expected);
}
