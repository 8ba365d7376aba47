//! The record types of the `aws_lambda_events` crate as they are.

use aws_lambda_events::{
    dynamodb::EventRecord, kafka::KafkaRecord, kinesis::KinesisEventRecord, sqs::SqsMessage,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use stream_handler::{BatchError, BatchResponse, Record, stream_handler};
use stream_handler_tests::{
    Calls, Source,
    events::{dynamodb, event, fifo, insert, kinesis, sqs, with, without},
    failure, invocation,
    logs::Logs,
    reported,
};

fn act(text: &str, calls: &Calls) -> Result<(), String> {
    calls.add(text);
    if text == "bad" {
        Err("bad".into())
    } else {
        Ok(())
    }
}

#[stream_handler]
async fn on_kinesis(record: KinesisEventRecord, calls: &Calls) -> Result<(), String> {
    let text = String::from_utf8(record.kinesis.data.0).map_err(|error| error.to_string())?;
    act(&text, calls)
}

#[stream_handler]
async fn on_dynamodb(record: EventRecord, calls: &Calls) -> Result<(), String> {
    let image =
        serde_json::to_value(&record.change.new_image).map_err(|error| error.to_string())?;
    act(image["text"]["S"].as_str().ok_or("no text")?, calls)
}

#[stream_handler]
async fn on_sqs(message: SqsMessage, calls: &Calls) -> Result<(), String> {
    act(&message.body.ok_or("no body")?, calls)
}

async fn batch(source: Source, event: &Value, calls: &Calls) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => on_kinesis::batch(invocation(event), calls).await,
        Source::DynamoDb => on_dynamodb::batch(invocation(event), calls).await,
        Source::Sqs => on_sqs::batch(invocation(event), calls).await,
    }
}

#[tokio::test]
async fn records_are_decoded() {
    #[stream_handler]
    fn fields(record: KinesisEventRecord, calls: &Calls) {
        calls.add(record.kinesis.sequence_number);
        calls.add(record.kinesis.partition_key);
        calls.add(record.event_id.unwrap_or_default());
    }
    let calls = Calls::default();
    let event = event([kinesis("49", "a")]);
    assert!(
        reported(fields::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["49", "key", "shardId-000000000006:49"]);
}

#[tokio::test]
async fn failures_are_reported() {
    for source in Source::ALL {
        let calls = Calls::default();
        let event = source.event(&["a", "bad", "c", "bad", "e"]);
        let response = reported(batch(source, &event, &calls)).await;
        let (unprocessed, read): (&[&str], _) = if source.is_stream() {
            (&["2"], 2)
        } else {
            (&["2", "4"], 5)
        };
        assert_eq!(response, unprocessed, "{source:?}");
        assert_eq!(calls.all().len(), read, "{source:?}");
    }
}

#[tokio::test]
async fn what_can_not_be_decoded_costs_one_record() {
    let region = "/awsRegion";
    for (source, bad, expected) in [
        (
            Source::Kinesis,
            with(kinesis("2", ""), "/kinesis/data", "!!!!"),
            std::any::type_name::<KinesisEventRecord>(),
        ),
        (
            Source::DynamoDb,
            without(insert("2", "b"), region),
            std::any::type_name::<EventRecord>(),
        ),
        (
            Source::Sqs,
            with(sqs("2", "b"), region, json!(5)),
            std::any::type_name::<SqsMessage>(),
        ),
    ] {
        let (logs, calls) = (Logs::capture(), Calls::default());
        let event = event([source.record("1", "a"), bad, source.record("3", "c")]);
        assert_eq!(
            reported(batch(source, &event, &calls)).await,
            ["2"],
            "{source:?}"
        );
        let called: &[&str] = if source.is_stream() {
            &["a"]
        } else {
            &["a", "c"]
        };
        assert_eq!(calls.all(), called, "{source:?}");
        let [error] = &logs.errors()[..] else {
            panic!("one error, not {:?}", logs.errors());
        };
        let start = format!("the record is not a `{expected}`");
        assert!(
            error.starts_with(&start) && error.len() > start.len(),
            "{error}"
        );
    }
}

/// Those types read a missing identifier as `""`, which Lambda takes for anything but that record.
#[tokio::test]
async fn a_missing_identifier_is_not_reported_as_an_empty_one() {
    for source in Source::ALL {
        for odd in [
            without(source.record("2", "bad"), source.identifier()),
            with(source.record("2", "bad"), source.identifier(), ""),
        ] {
            let event = event([source.record("1", "a"), odd, source.record("3", "c")]);
            let diagnostic = failure(batch(source, &event, &Calls::default())).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
            let start = format!("{} record 1 of 3 is unprocessed", source.name());
            assert!(diagnostic.error_message.starts_with(&start));
        }
    }
}

#[tokio::test]
async fn groups_keep_their_order() {
    let calls = Calls::default();
    let event = event([
        fifo("a1", "a", "bad"),
        fifo("b1", "b", "b1"),
        fifo("a2", "a", "a2"),
    ]);
    let response = reported(batch(Source::Sqs, &event, &calls)).await;
    assert_eq!(response, ["a1", "a2"]);
    assert_eq!(calls.all(), ["bad", "b1"]);
}

#[tokio::test]
async fn a_missing_body_is_for_the_function_to_judge() {
    let event = event([without(sqs("1", ""), "/body"), sqs("2", "b")]);
    let calls = Calls::default();
    assert_eq!(reported(batch(Source::Sqs, &event, &calls)).await, ["1"]);
    assert_eq!(calls.all(), ["b"]);
}

/// Where in a JSON value there are others, as JSON pointers.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{key}");
        pointers(value, &at, all);
        all.push(at);
    }
}

/// A record is read as `serde_json` reads it, with whatever in any place.
fn assert_read_alike<R: Record + Serialize + DeserializeOwned>(record: &Value) {
    let read = |json: &str| {
        let expected: Option<R> = serde_json::from_str(json).ok();
        let actual = R::from_json(json).ok();
        let value = |record: R| serde_json::to_value(record).expect("JSON");
        assert_eq!(actual.map(value), expected.map(value), "{json}");
    };
    read(&record.to_string());
    read(&format!("\n {record:#}\t"));
    let mut all = Vec::new();
    pointers(record, "", &mut all);
    for at in all {
        read(&without(record.clone(), &at).to_string());
        for odd in [
            json!(null),
            json!(true),
            json!(-1.5e300),
            json!(1_545_084_650),
            json!(""),
            json!("MTIz"),
            json!("a \"quote\", a \\, a line\n and \u{1} 😀"),
            json!([]),
            json!(["a", { "b": null }]),
            json!({}),
            json!({ "S": "a \"quote\"" }),
            json!({ "stringValue": "\\", "dataType": "String" }),
        ] {
            read(&with(record.clone(), &at, odd).to_string());
        }
    }
}

#[test]
fn records_are_read_as_serde_json_does() {
    let image = json!({
        "S": { "S": "text \"in\" text" }, "N": { "N": "1.5" }, "B": { "B": "MTIz" },
        "BOOL": { "BOOL": true }, "NULL": { "NULL": true }, "SS": { "SS": ["a", "\n"] },
        "NS": { "NS": ["1", "2"] }, "BS": { "BS": ["MTIz"] },
        "L": { "L": [{ "S": "a" }, { "M": { "b": { "N": "1" } } }] },
        "M": { "M": { "a": { "M": { "b": { "S": "c" } } } } }
    });
    let user = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    let attributes = json!({
        "text": { "stringValue": "a \"b\"", "dataType": "String", "stringListValues": [] },
        "bytes": { "binaryValue": "MTIz", "dataType": "Binary", "binaryListValues": [] }
    });
    let changed = dynamodb("1", "MODIFY", image.clone(), image);
    assert_read_alike::<KinesisEventRecord>(&kinesis("1", "{\"a\": \"b\"}"));
    assert_read_alike::<EventRecord>(&with(changed, "/userIdentity", user));
    assert_read_alike::<SqsMessage>(&with(
        fifo("1", "group", "{\"a\": \"b\\n\"}"),
        "/messageAttributes",
        attributes,
    ));
    assert_read_alike::<KafkaRecord>(&json!({
        "topic": "orders", "partition": 0, "offset": 15, "timestamp": 1_545_084_650_987_u64,
        "timestampType": "CREATE_TIME", "key": "a2V5", "value": "eyJhIjogImIifQ==",
        "headers": [{ "trace": [1, 2, -3] }]
    }));
}
