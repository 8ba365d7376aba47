//! The oddities of real events, each with its test.
//!
//! | source | oddity | test |
//! |---|---|---|
//! | DynamoDB | `ApproximateCreationDateTime` missing or null | `dynamodb::creation_times` |
//! | DynamoDB | no `SequenceNumber` | `identifiers::{a_record_that_is_done_needs_none, a_record_that_fails_needs_one}` |
//! | DynamoDB | two records with the same `SequenceNumber` | [`two_records_of_one_sequence_number`] |
//! | DynamoDB | `userIdentity` on TTL deletions | `dynamodb::expiries` |
//! | DynamoDB | `SizeBytes`, `awsRegion`, `eventID` missing; a new `StreamViewType` | `dynamodb::fields_that_are_missing` |
//! | DynamoDB | `eventName` missing | `undecodable::images_that_are_not_the_types` |
//! | DynamoDB | a new attribute tag | `dynamodb::an_image_that_is_not_wanted_is_not_read`, `undecodable::images_that_are_not_the_types`, [`a_key_of_an_unknown_type`] |
//! | Kinesis | encryption type `KMS`, partition key missing, data empty | `kinesis::oddities_are_survived`, [`a_record_without_a_partition_key_keeps_its_place`] |
//! | Kinesis | data up to 10 MB | [`ten_megabytes_of_data`] |
//! | Kinesis | data that are not JSON | `undecodable::json_that_is_not_the_types` |
//! | Kinesis | data that are not UTF-8 | `undecodable::bytes_that_are_not_utf8` |
//! | Kinesis | data that are KPL-aggregated | `undecodable::bytes_are_taken_as_they_are` |
//! | SQS | body missing | `sqs::a_body_as_bytes`, `undecodable::a_payload_that_is_no_string` |
//! | SQS | `stringListValues` null | `sqs::message_attributes` |
//! | SQS | an SNS envelope in the body | `sqs::an_envelope_in_the_body` |
//! | SQS | an EventBridge envelope in the body | [`an_event_of_eventbridge_in_the_body`] |
//! | Kafka | headers as signed and as unsigned bytes; null keys and values | `kafka::what_a_record_holds` |
//! | Kafka | a record in another partition than it says | `kafka::the_event_names_the_partition_whatever_the_record_says` |
//! | all | unknown fields | `partial_responses::unknown_fields_are_ignored`, [`unknown_fields_of_a_kafka_event`] |
//! | all | `Records` missing or not an array | `event_shape::an_event_without_an_array_of_records`, `kafka::events_of_others` |
//! | all | an event of another source | `event_shape::records_of_another_source`, `kafka::events_of_others`, `hostile::good_events_and_those_of_other_sources` |

use serde::Deserialize;
use serde_json::{Value, json};
use stream_handler::{
    Json, dynamodb::DynamoDbRecord, kafka::KafkaRecord, kinesis::KinesisRecord, sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls,
    events::{dynamodb, event, kinesis, sqs, with, without},
    invocation, reported,
};

#[stream_handler]
fn on_change(record: DynamoDbRecord<()>, calls: &Calls) -> Result<(), String> {
    let name = record.table_name().unwrap_or_default();
    calls.add(name);
    if name == "bad" {
        Err("no luck".into())
    } else {
        Ok(())
    }
}

#[stream_handler(concurrency = 8)]
async fn on_change_at_once(record: DynamoDbRecord<()>, calls: &Calls) -> Result<(), String> {
    tokio::task::yield_now().await;
    on_change(record, calls)
}

fn change(sequence_number: &str, table: &str) -> Value {
    let arn = format!("arn:aws:dynamodb:us-west-2:111122223333:table/{table}/stream/x");
    let record = dynamodb(sequence_number, "REMOVE", Value::Null, Value::Null);
    with(record, "/eventSourceARN", arn)
}

/// The checkpoint stands for the first of them, done or not: no later one is passed by.
#[tokio::test]
async fn two_records_of_one_sequence_number() {
    let events = [["a", "a", "bad"], ["a", "bad", "a"], ["bad", "a", "a"]];
    for (tables, checkpoint) in events.into_iter().zip(["9", "7", "7"]) {
        let numbered = ["7", "7", "9"].into_iter().zip(tables);
        let event = event(numbered.map(|(number, table)| change(number, table)));
        let calls = Calls::default();
        let response = reported(on_change::batch(invocation(&event), &calls)).await;
        assert_eq!(response, [checkpoint], "{tables:?}");
        assert_eq!(calls.all().last().map(String::as_str), Some("bad"));
        let calls = Calls::default();
        let response = reported(on_change_at_once::batch(invocation(&event), &calls)).await;
        assert_eq!(response, [checkpoint], "{tables:?}");
    }
    let event = event(["a", "a"].map(|table| change("7", table)));
    let calls = Calls::default();
    assert!(
        reported(on_change::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["a", "a"]);
}

/// It is not known to the code that reads items, and is not read unless it is asked for.
#[tokio::test]
async fn a_key_of_an_unknown_type() {
    for at_once in [false, true] {
        let keys = json!({ "Id": { "VECTOR": [1, 2] } });
        let records = ["a", "bad", "c"].map(|table| change(table, table));
        let records = records.map(|record| with(record, "/dynamodb/Keys", keys.clone()));
        let (event, calls) = (event(records), Calls::default());
        let response = if at_once {
            reported(on_change_at_once::batch(invocation(&event), &calls)).await
        } else {
            reported(on_change::batch(invocation(&event), &calls)).await
        };
        assert_eq!(response, ["bad"]);
        assert_eq!(calls.all(), ["a", "bad"]);
    }
}

/// At once with others, it waits for those before it, and those after it wait.
#[tokio::test]
async fn a_record_without_a_partition_key_keeps_its_place() {
    #[stream_handler(concurrency = 8)]
    async fn on_record(record: KinesisRecord<String>, calls: &Calls) -> Result<(), String> {
        calls.add(record.data());
        tokio::task::yield_now().await;
        calls.add(format!("/{}", record.data()));
        Ok(())
    }
    let keyed = |name: &str| with(kinesis(name, name), "/kinesis/partitionKey", name);
    let keyless = without(kinesis("c", "c"), "/kinesis/partitionKey");
    let event = event([keyed("a"), keyed("b"), keyless, keyed("d")]);
    let calls = Calls::default();
    assert!(
        reported(on_record::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    let calls = calls.all();
    assert_eq!(calls[4..], ["c", "/c", "d", "/d"], "{calls:?}");
}

#[tokio::test]
async fn ten_megabytes_of_data() {
    #[stream_handler]
    fn on_bytes(record: KinesisRecord<Vec<u8>>, calls: &Calls) {
        calls.add(record.data().len().to_string());
    }
    let (event, calls) = (
        event([kinesis("1", vec![0xff; 10 << 20])]),
        Calls::default(),
    );
    assert!(
        reported(on_bytes::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["10485760"]);
}

#[tokio::test]
async fn an_event_of_eventbridge_in_the_body() {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(rename = "detail-type")]
        detail_type: String,
        detail: Value,
    }
    #[stream_handler]
    fn on_event(message: SqsMessage<Json<Envelope>>, calls: &Calls) {
        let Json(Envelope {
            detail_type,
            detail,
        }) = message.body();
        calls.add(format!("{detail_type} {}", detail["id"]));
    }
    let body = json!({
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Order",
        "source": "orders",
        "account": "111122223333",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": { "id": 7 },
    });
    let (event, calls) = (event([sqs("1", &body.to_string())]), Calls::default());
    assert!(
        reported(on_event::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["Order 7"]);
}

#[tokio::test]
async fn unknown_fields_of_a_kafka_event() {
    #[stream_handler]
    fn on_record(record: KafkaRecord<String>, calls: &Calls) {
        calls.add(record.value().expect("a value"));
    }
    let record = json!({ "topic": "t", "partition": 0, "offset": 1, "value": "YQ==", "new": [{}] });
    let event = json!({ "new": { "records": 5 }, "records": { "t-0": [record] } });
    let calls = Calls::default();
    assert!(
        reported(on_record::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["a"]);
}
