//! Data Firehose: the response holds a result, and mostly data, for each record.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stream_handler::{
    Json,
    firehose::{FirehoseRecord, Transformed},
    stream_handler,
};
use stream_handler_tests::{failure, invocation, logs::Logs, respond};

fn firehose(records: &[(&str, &[u8])]) -> Value {
    let records = records.iter().map(|(id, data)| {
        json!({
            "recordId": id,
            "approximateArrivalTimestamp": 1_510_254_474_001_i64,
            "data": BASE64_STANDARD.encode(data),
        })
    });
    json!({
        "invocationId": "invocationIdExample",
        "deliveryStreamArn": "arn:aws:firehose:us-east-1:111122223333:deliverystream/name",
        "region": "us-east-1",
        "records": records.collect::<Vec<_>>(),
    })
}

#[stream_handler]
async fn transform(record: FirehoseRecord<Json<String>>) -> Result<Transformed, String> {
    match record.data().as_str() {
        "drop" => Ok(Transformed::dropped()),
        "fail" => Err("failed".to_owned()),
        "panic" => panic!("panicked"),
        "key" => Ok(Transformed::data("keyed").with_partition_key("country", "de")),
        other => Ok(Transformed::json_line(&other).unwrap()),
    }
}

#[tokio::test]
async fn every_firehose_record_is_answered_once() {
    let event = firehose(&[
        ("1", b"\"good\""),
        ("2", b"\"drop\""),
        ("3", b"\"fail\""),
        ("4", b"\"panic\""),
        ("5", b"not json"),
        ("6", b"\"key\""),
    ]);
    let response = respond(transform::batch(invocation(&event))).await;
    let expected = json!({ "records": [
        { "recordId": "1", "result": "Ok", "data": BASE64_STANDARD.encode("\"good\"\n") },
        { "recordId": "2", "result": "Dropped" },
        { "recordId": "3", "result": "ProcessingFailed" },
        { "recordId": "4", "result": "ProcessingFailed" },
        { "recordId": "5", "result": "ProcessingFailed" },
        { "recordId": "6", "result": "Ok", "data": BASE64_STANDARD.encode("keyed"),
          "metadata": { "partitionKeys": { "country": "de" } } },
    ]});
    assert_eq!(serde_json::from_str::<Value>(&response).unwrap(), expected);
    assert_eq!(
        respond(transform::batch(invocation(&firehose(&[])))).await,
        r#"{"records":[]}"#
    );
}

#[tokio::test]
async fn a_firehose_record_without_an_identifier_can_not_be_answered() {
    let mut event = firehose(&[("1", b"\"good\""), ("2", b"\"good\"")]);
    event["records"][1]
        .as_object_mut()
        .unwrap()
        .remove("recordId");
    let diagnostic = failure(transform::batch(invocation(&event))).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
}

/// What finds no room in a response is answered as failed: the largest, and no more of them than
/// need be.
#[tokio::test]
async fn a_response_is_at_most_6_mb() {
    #[stream_handler]
    async fn grow(record: FirehoseRecord<Vec<u8>>) -> Result<Transformed, String> {
        let megabytes: usize = record.data().iter().map(|&byte| usize::from(byte)).sum();
        Ok(Transformed::data(vec![b'x'; megabytes << 20]))
    }

    // 1 + 2 + 1 + 1 MB of data are 6.7 MB of base64.
    let event = firehose(&[("a", &[1]), ("b", &[2]), ("c", &[1]), ("d", &[1])]);
    let response = respond(grow::batch(invocation(&event))).await;
    assert!(response.len() <= 6 * 1024 * 1024, "{}", response.len());
    let response: Value = serde_json::from_str(&response).unwrap();
    let results: Vec<_> = response["records"].as_array().unwrap().iter().collect();
    let results: Vec<_> = results
        .iter()
        .map(|record| {
            (
                record["recordId"].as_str().unwrap(),
                record["result"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        results,
        [
            ("a", "Ok"),
            ("b", "ProcessingFailed"),
            ("c", "Ok"),
            ("d", "Ok")
        ]
    );
}

#[tokio::test]
async fn events_of_others() {
    for event in [json!({ "Records": [] }), json!({ "tasks": [] }), json!([])] {
        let diagnostic = failure(transform::batch(invocation(&event))).await;
        assert_eq!(
            diagnostic.error_type, "StreamHandler.InvalidEvent",
            "{event}"
        );
    }
}

/// What Firehose sends for records that it reads from Amazon MSK. A record with `data` beside it is
/// one of the usual kind.
fn firehose_from_kafka() -> Value {
    let mut event = firehose(&[
        ("1", b"\"from kafka\""),
        ("2", b"\"from elsewhere\""),
        ("3", b"\"key\""),
        ("4", b"\"drop\""),
        ("5", b"\"fail\""),
        ("6", b"not json"),
        ("7", b"\"both\""),
    ]);
    for index in [0, 2, 3, 4, 5] {
        let record = event["records"][index].as_object_mut().unwrap();
        let value = record.remove("data").unwrap();
        record.insert("kafkaRecordValue".to_owned(), value);
    }
    event["records"][6]["kafkaRecordValue"] = "IQ==".into();
    event
}

/// In each record of a batch on its own, whatever the others have.
#[tokio::test]
async fn a_value_from_kafka_is_returned_as_such() {
    let response = respond(transform::batch(invocation(&firehose_from_kafka()))).await;
    let line = |text: &str| BASE64_STANDARD.encode(format!("\"{text}\"\n"));
    let expected = json!({ "records": [
        { "recordId": "1", "result": "Ok", "kafkaRecordValue": line("from kafka") },
        { "recordId": "2", "result": "Ok", "data": line("from elsewhere") },
        { "recordId": "3", "result": "Ok", "kafkaRecordValue": BASE64_STANDARD.encode("keyed"),
          "metadata": { "partitionKeys": { "country": "de" } } },
        { "recordId": "4", "result": "Dropped" },
        { "recordId": "5", "result": "ProcessingFailed" },
        { "recordId": "6", "result": "ProcessingFailed" },
        { "recordId": "7", "result": "Ok", "data": line("both") },
    ]});
    assert_eq!(serde_json::from_str::<Value>(&response).unwrap(), expected);
}

#[tokio::test]
async fn the_field_that_cannot_be_decoded_is_named() {
    for (event, error) in [
        (json!({ "recordId": "1" }), "`data` is missing"),
        (
            json!({ "recordId": "1", "kafkaRecordValue": 5 }),
            "`kafkaRecordValue` is a number, not a string",
        ),
        (
            json!({ "recordId": "1", "data": null, "kafkaRecordValue": null }),
            "`data` is missing",
        ),
    ] {
        let (logs, event) = (Logs::capture(), json!({ "records": [event] }));
        let response = respond(transform::batch(invocation(&event))).await;
        assert_eq!(
            response,
            r#"{"records":[{"recordId":"1","result":"ProcessingFailed"}]}"#
        );
        assert_eq!(logs.errors(), [error]);
    }
}
