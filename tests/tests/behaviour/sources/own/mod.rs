//! A source outside of the crate, with all that those inside have.

mod eager;
mod pipe;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stream_handler::{BatchError, BatchResponse, Json, stream_handler};
use stream_handler_tests::{
    Calls,
    events::{with, without},
    failure, invocation,
    logs::Logs,
    reported,
};

use pipe::Piped;

#[derive(Debug, serde::Deserialize)]
struct Order {
    id: u64,
}

#[derive(Debug, serde::Deserialize)]
struct Customer {
    name: String,
}

/// Fails for odd numbers.
#[stream_handler]
async fn on_order(
    order: Piped<Json<Order>, Json<Customer>>,
    calls: &Calls,
) -> Result<(), std::num::TryFromIntError> {
    let customer = order.enrichment.map(|Json(customer)| customer.name);
    calls.add(format!(
        "{} {}",
        order.sent.id,
        customer.unwrap_or_default()
    ));
    if order.sent.id % 2 == 1 {
        u8::try_from(1_000)?;
    }
    Ok(())
}

/// A record of a stream, as a pipe sends it.
fn kinesis(event_id: &str, key: &str, data: &str) -> Value {
    json!({
        "kinesisSchemaVersion": "1.0",
        "partitionKey": key,
        "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
        "data": BASE64_STANDARD.encode(data),
        "approximateArrivalTimestamp": 1_545_084_650.987,
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": event_id,
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/pipe",
        "awsRegion": "us-east-2",
        "eventSourceARN": "arn:aws:kinesis:us-east-2:123456789012:stream/orders"
    })
}

/// An order as a message in a queue.
fn order(id: u64) -> Value {
    json!({
        "messageId": id.to_string(),
        "receiptHandle": "MessageReceiptHandle",
        "body": json!({ "id": id }).to_string(),
        "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1523232000000" },
        "messageAttributes": {},
        "md5OfBody": "7b270e59b47ff90a553787216d55d91d",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
        "awsRegion": "us-east-1"
    })
}

fn of_group(record: Value, group: &str) -> Value {
    with(record, "/attributes/MessageGroupId", group)
}

async fn batch(event: &impl ToString, calls: &Calls) -> Result<BatchResponse, BatchError> {
    on_order::batch(invocation(event), calls).await
}

#[tokio::test]
async fn messages_of_a_queue() {
    let calls = Calls::default();
    let event = json!([order(2), order(3), order(4), order(5)]);
    assert_eq!(reported(batch(&event, &calls)).await, ["3", "5"]);
    assert_eq!(calls.all(), ["2 ", "3 ", "4 ", "5 "]);
}

#[tokio::test]
async fn records_of_a_stream() {
    let event = json!([
        kinesis("shardId-000000000006:1", "a", r#"{"id":2}"#),
        kinesis("shardId-000000000006:2", "b", r#"{"id":3}"#),
        kinesis("shardId-000000000006:3", "a", r#"{"id":4}"#),
        kinesis("shardId-000000000006:4", "b", r#"{"id":6}"#),
    ]);
    let calls = Calls::default();
    let unprocessed = ["shardId-000000000006:2", "shardId-000000000006:4"];
    assert_eq!(reported(batch(&event, &calls)).await, unprocessed);
    // Nothing of the key "b" overtakes the one that failed.
    assert_eq!(calls.all(), ["2 ", "3 ", "4 "]);
}

#[tokio::test]
async fn message_groups() {
    let event = json!([
        of_group(order(3), "a"),
        of_group(order(2), "b"),
        of_group(order(4), "a")
    ]);
    let calls = Calls::default();
    assert_eq!(reported(batch(&event, &calls)).await, ["3", "4"]);
    assert_eq!(calls.all(), ["3 ", "2 "]);
}

#[tokio::test]
async fn what_an_enrichment_added() {
    let enriched = with(order(2), "/enrichment", json!({ "name": "Ada \"L\"" }));
    let odd = with(order(4), "/enrichment", json!({ "name": 5 }));
    let (calls, logs) = (Calls::default(), Logs::capture());
    assert_eq!(
        reported(batch(&json!([enriched, odd]), &calls)).await,
        ["4"]
    );
    assert_eq!(calls.all(), ["2 Ada \"L\""]);
    assert!(
        logs.errors()[0].contains("at `name`: expected a string, found"),
        "{:?}",
        logs.errors()
    );
}

#[tokio::test]
async fn one_bad_record_costs_no_other() {
    for (bad, why) in [
        (
            with(order(8), "/body", "{"),
            "the payload is not the JSON of a",
        ),
        (without(order(8), "/body"), "`data` and `body` are missing"),
        (
            with(kinesis("8", "k", ""), "/data", "!"),
            "the payload is not valid base64",
        ),
    ] {
        let (calls, logs) = (Calls::default(), Logs::capture());
        assert_eq!(
            reported(batch(&json!([order(2), bad, order(4)]), &calls)).await,
            ["8"]
        );
        assert_eq!(calls.all(), ["2 ", "4 "]);
        assert!(logs.errors()[0].starts_with(why), "{:?}", logs.errors());
        assert_eq!(
            logs.with("record failed")[0].fields["source"],
            "EventBridge Pipes"
        );
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_reported() {
    // Not even an envelope: the others are done, but this one has no identifier.
    for bad in [
        json!(7),
        without(order(3), "/messageId"),
        with(order(3), "/attributes", 5),
    ] {
        let calls = Calls::default();
        let diagnostic = failure(batch(&json!([order(2), bad, order(4)]), &calls)).await;
        assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
        let message = diagnostic.error_message;
        assert!(
            message.starts_with("EventBridge Pipes record 1 of 3 is unprocessed"),
            "{message}"
        );
        assert!(
            message.contains("`eventID` or `messageId` is missing"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn events_of_another_shape() {
    for (event, found) in [
        (
            json!({ "Records": [order(2)] }),
            "expected an array, found an object with `Records`",
        ),
        (json!({}), "expected an array, found an empty object"),
        (json!(null), "expected an array, found null"),
        (json!("[]"), "expected an array, found a string"),
        (
            json!([order(2), with(order(4), "/eventSource", "aws:dynamodb")]),
            "expected EventBridge Pipes records, found that record 1 is from `aws:dynamodb`",
        ),
    ] {
        let calls = Calls::default();
        let diagnostic = failure(batch(&event, &calls)).await;
        let message = format!("the event is not from EventBridge Pipes: {found}");
        assert_eq!(diagnostic.error_message, message);
        assert!(calls.all().is_empty());
    }
}

#[tokio::test]
async fn an_empty_array_is_done() {
    let calls = Calls::default();
    assert!(reported(batch(&json!([]), &calls)).await.is_empty());
}

/// An object that has ended has no more, and what follows it is not lost.
#[tokio::test]
async fn an_envelope_that_asks_once_more() {
    #[stream_handler]
    fn on_item(item: eager::Item, calls: &Calls) {
        calls.add(format!("{} {:?}", item.members, item.text));
    }
    let calls = Calls::default();
    let event = r#"{"items":[{"id":"1","within":{"a":1},"text":"x"}]}"#;
    assert!(
        reported(on_item::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["1 Some(\"x\")"]);
}
