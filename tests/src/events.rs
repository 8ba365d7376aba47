//! Events in the shape that the AWS Lambda Developer Guide shows.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// An event with these records.
pub fn event(records: impl IntoIterator<Item = Value>) -> Value {
    json!({ "Records": records.into_iter().collect::<Vec<_>>() })
}

/// A Kinesis record.
pub fn kinesis(sequence_number: &str, data: impl AsRef<[u8]>) -> Value {
    json!({
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "key",
            "sequenceNumber": sequence_number,
            "data": BASE64_STANDARD.encode(data),
            "approximateArrivalTimestamp": 1_545_084_650.987
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": format!("shardId-000000000006:{sequence_number}"),
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "us-east-2",
        "eventSourceARN": "arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream"
    })
}

/// A DynamoDB record: `INSERT`, `MODIFY` or `REMOVE`, with those images that are not null.
pub fn dynamodb(sequence_number: &str, name: &str, new: Value, old: Value) -> Value {
    let mut record = json!({
        "eventID": format!("event-{sequence_number}"),
        "eventVersion": "1.1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_479_499_740,
            "Keys": { "Id": { "N": "101" } },
            "SequenceNumber": sequence_number,
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES"
        },
        "awsRegion": "us-west-2",
        "eventName": name,
        "eventSourceARN":
            "arn:aws:dynamodb:us-west-2:111122223333:table/Orders/stream/2026-01-01T00:00:00.000",
        "eventSource": "aws:dynamodb"
    });
    for (field, image) in [("NewImage", new), ("OldImage", old)] {
        if !image.is_null() {
            record["dynamodb"][field] = image;
        }
    }
    record
}

/// A DynamoDB `INSERT` of an [`Item`](crate::Item).
pub fn insert(sequence_number: &str, text: &str) -> Value {
    let item = json!({ "text": { "S": text } });
    dynamodb(sequence_number, "INSERT", item, Value::Null)
}

/// An event as one of a tumbling window.
pub fn in_window(mut event: Value, state: Value, is_final: bool) -> Value {
    let window = json!({ "start": "2026-07-30T17:00:00Z", "end": "2026-07-30T17:05:00Z" });
    let stream = "arn:aws:kinesis:us-east-1:123456789012:stream/lambda-stream";
    for (field, value) in [
        ("window", window),
        ("state", state),
        ("shardId", "shard-1".into()),
        ("eventSourceARN", stream.into()),
        ("isFinalInvokeForWindow", is_final.into()),
        ("isWindowTerminatedEarly", false.into()),
    ] {
        event[field] = value;
    }
    event
}

/// A message in a standard queue.
pub fn sqs(message_id: &str, body: &str) -> Value {
    json!({
        "messageId": message_id,
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1545082649183",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1545082649185"
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue",
        "awsRegion": "us-east-2"
    })
}

/// A message in a FIFO queue.
pub fn fifo(message_id: &str, group: &str, body: &str) -> Value {
    let message = sqs(message_id, body);
    let message = with(message, "/attributes/MessageGroupId", group);
    let message = with(
        message,
        "/attributes/SequenceNumber",
        "18849496460467696128",
    );
    let message = with(message, "/attributes/MessageDeduplicationId", message_id);
    with(
        message,
        "/eventSourceARN",
        "arn:aws:sqs:us-east-2:123456789012:fifo.fifo",
    )
}

/// A record with another value at a JSON pointer.
pub fn with(mut record: Value, pointer: &str, value: impl Into<Value>) -> Value {
    let (parent, field) = parent(&mut record, pointer);
    parent.insert(field.to_owned(), value.into());
    record
}

/// A record without the field at a JSON pointer.
pub fn without(mut record: Value, pointer: &str) -> Value {
    let (parent, field) = parent(&mut record, pointer);
    parent.remove(field).expect("the field");
    record
}

fn parent<'r, 'p>(
    record: &'r mut Value,
    pointer: &'p str,
) -> (&'r mut serde_json::Map<String, Value>, &'p str) {
    let (parent, field) = pointer.rsplit_once('/').expect("a JSON pointer");
    let parent = record.pointer_mut(parent).and_then(Value::as_object_mut);
    (parent.expect("an object"), field)
}
