//! Sources that are answered for each record: Data Firehose and S3 Batch Operations.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "a handler takes its record by value, and is usually async"
)]

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stream_handler::{
    Failure, Json,
    firehose::{FirehoseRecord, Transformed},
    s3_batch::S3BatchTask,
    stream_handler,
};
use stream_handler_tests::{failure, invocation, respond};

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

fn job(version: &str, tasks: &Value) -> Value {
    json!({
        "invocationSchemaVersion": version,
        "invocationId": "YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo",
        "job": { "id": "f3cc4f60-61f6-4a2b-8a21-d07600c373ce" },
        "tasks": tasks,
    })
}

#[stream_handler]
async fn on_object(task: S3BatchTask) -> Result<String, Failure> {
    match task.key() {
        "retry" => Err("throttled")?,
        "permanent" => Err(Failure::permanent("no such object")),
        "panic" => panic!("panicked"),
        key => Ok(format!("{}/{key}@{:?}", task.bucket(), task.version_id())),
    }
}

#[tokio::test]
async fn every_task_is_answered_once() {
    let arn = "arn:aws:s3:us-east-1:0123456788:bucket";
    let event = job(
        "1.0",
        &json!([
            { "taskId": "1", "s3Key": "good", "s3VersionId": "v", "s3BucketArn": arn },
            { "taskId": "2", "s3Key": "retry", "s3VersionId": null, "s3BucketArn": arn },
            { "taskId": "3", "s3Key": "permanent", "s3BucketArn": arn },
            { "taskId": "4", "s3Key": "panic", "s3BucketArn": arn },
            { "taskId": "5", "s3BucketArn": arn },
        ]),
    );
    let response = respond(on_object::batch(invocation(&event))).await;
    let response: Value = serde_json::from_str(&response).unwrap();
    assert_eq!(
        response,
        json!({
            "invocationSchemaVersion": "1.0",
            "invocationId": event["invocationId"],
            "treatMissingKeysAs": "TemporaryFailure",
            "results": [
                { "taskId": "1", "resultCode": "Succeeded", "resultString": "bucket/good@Some(\"v\")" },
                { "taskId": "2", "resultCode": "TemporaryFailure", "resultString": "throttled" },
                { "taskId": "3", "resultCode": "PermanentFailure", "resultString": "no such object" },
                { "taskId": "4", "resultCode": "TemporaryFailure", "resultString": "the handler panicked: panicked" },
                { "taskId": "5", "resultCode": "TemporaryFailure", "resultString": "`s3Key` is missing" },
            ],
        })
    );
}

#[tokio::test]
async fn a_handler_of_tasks_that_returns_nothing() {
    #[stream_handler]
    fn touch(_: S3BatchTask) {}

    let event = job(
        "2.0",
        &json!([{ "taskId": "1", "s3Key": "k", "s3Bucket": "b" }]),
    );
    let response = respond(touch::batch(invocation(&event))).await;
    assert!(
        response.contains(r#""resultCode":"Succeeded","resultString":"""#),
        "{response}"
    );
}

#[tokio::test]
async fn events_of_others() {
    for event in [
        json!({ "Records": [] }),
        job("1.0", &json!(null)),
        json!([]),
    ] {
        for diagnostic in [
            failure(transform::batch(invocation(&event))).await,
            failure(on_object::batch(invocation(&event))).await,
        ] {
            assert_eq!(
                diagnostic.error_type, "StreamHandler.InvalidEvent",
                "{event}"
            );
        }
    }
}
