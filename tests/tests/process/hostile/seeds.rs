//! Events in full, as AWS sends them, to start from.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stream_handler_tests::events::{dynamodb, event, fifo, kinesis, sqs, with, without};

/// An event source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Kinesis,
    DynamoDb,
    Sqs,
    Kafka,
}

/// An event to start from.
#[derive(Debug)]
pub(crate) struct Seed {
    pub(crate) source: Source,
    pub(crate) text: String,
}

impl Seed {
    fn new(source: Source, event: impl ToString) -> Self {
        let text = event.to_string();
        Self { source, text }
    }
}

/// All seeds: the events of the examples, and some with what production has and they have not.
pub(crate) fn all() -> Vec<Seed> {
    let examples = [
        (
            Source::Kinesis,
            include_str!("../../../../examples/events/kinesis.json"),
        ),
        (
            Source::Kinesis,
            include_str!("../../../../examples/events/kinesis-poison.json"),
        ),
        (
            Source::DynamoDb,
            include_str!("../../../../examples/events/dynamodb.json"),
        ),
        (
            Source::Sqs,
            include_str!("../../../../examples/events/sqs.json"),
        ),
        (
            Source::Sqs,
            include_str!("../../../../examples/events/fifo.json"),
        ),
    ];
    let examples = examples.map(|(source, text)| Seed::new(source, text));
    small().into_iter().chain(examples).collect()
}

/// One event of each kind, small enough to try everything at every place.
pub(crate) fn small() -> Vec<Seed> {
    vec![
        Seed::new(Source::Kinesis, kinesis_event()),
        Seed::new(Source::DynamoDb, dynamodb_event()),
        Seed::new(Source::Sqs, sqs_event()),
        Seed::new(Source::Sqs, fifo_event()),
        Seed::new(Source::Kafka, kafka_event("aws:kafka")),
        Seed::new(Source::Kafka, kafka_event("SelfManagedKafka")),
    ]
}

/// Encrypted, aggregated, binary and empty data.
fn kinesis_event() -> Value {
    let number =
        |last: u8| format!("495903382714902566085596925383615710959215759891365888{last:02}");
    let encrypted = kinesis(&number(1), r#"{"id":1}"#);
    event([
        with(encrypted, "/kinesis/encryptionType", "KMS"),
        kinesis(&number(2), [0xF3, 0x89, 0x9A, 0xC2, 0, 1, 2]),
        with(
            kinesis(&number(3), [0xff, 0]),
            "/kinesis/partitionKey",
            "other",
        ),
        kinesis(&number(4), ""),
    ])
}

/// Each kind of change, an expiry among them, and attributes of every type.
fn dynamodb_event() -> Value {
    let image = json!({
        "Id": { "N": "101" },
        "Text": { "S": "a \"text\"" },
        "All": { "L": [{ "NULL": true }, { "BOOL": false }, { "M": { "a": { "N": "-1.5e3" } } }] },
        "Sets": { "M": { "n": { "NS": ["1", "2"] }, "s": { "SS": ["a"] } } },
    });
    let old = json!({ "Id": { "N": "101" } });
    let identity = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    let expiry = dynamodb("113", "REMOVE", Value::Null, old.clone());
    let timeless = dynamodb("114", "INSERT", image.clone(), Value::Null);
    event([
        dynamodb("111", "INSERT", image.clone(), Value::Null),
        dynamodb("112", "MODIFY", image, old),
        with(expiry, "/userIdentity", identity),
        without(timeless, "/dynamodb/ApproximateCreationDateTime"),
    ])
}

/// An envelope in the body, attributes, and lists that are null.
fn sqs_event() -> Value {
    let attributes = json!({
        "colour": { "dataType": "String", "stringValue": "red", "stringListValues": null },
        "bytes": { "dataType": "Binary", "binaryValue": "AAH/", "binaryListValues": [] },
    });
    let body = json!({ "Type": "Notification", "Message": "{\"id\":7}" }).to_string();
    event([
        with(
            sqs("059f36b4-1", "a text"),
            "/messageAttributes",
            attributes,
        ),
        sqs("059f36b4-2", &body),
        sqs("059f36b4-3", ""),
    ])
}

/// Two groups, one after the other and mixed.
fn fifo_event() -> Value {
    event([
        fifo("m-1", "a", "first of a"),
        fifo("m-2", "b", "first of b"),
        fifo("m-3", "a", "second of a"),
        fifo("m-4", "a", "third of a"),
    ])
}

/// Two topics, three partitions, a tombstone, a record without a key, and headers.
fn kafka_event(source: &str) -> Value {
    let record = |topic: &str, partition: i32, offset: i64, value: &str| {
        json!({
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "timestamp": 1_545_084_650_987_i64,
            "timestampType": "CREATE_TIME",
            "key": "a2V5",
            "value": BASE64_STANDARD.encode(value),
            "headers": [{ "first": [104, 105] }, { "second": [-36, 200, 0] }],
        })
    };
    let tombstone = with(record("orders", 0, 16, ""), "/value", Value::Null);
    let keyless = with(record("a-b", 2, 100, "c"), "/key", Value::Null);
    json!({
        "eventSource": source,
        "eventSourceArn": "arn:aws:kafka:us-east-1:111122223333:cluster/name/uuid",
        "bootstrapServers": "b-1.example:9092,b-2.example:9092",
        "records": {
            "orders-0": [record("orders", 0, 15, "a"), tombstone, record("orders", 0, 17, "b")],
            "orders-1": [record("orders", 1, 15, "d"), record("orders", 1, 16, "e")],
            "a-b-2": [keyless],
        },
    })
}
