//! S3 Batch Operations: the response holds a result for each task.

use serde_json::{Value, json};
use stream_handler::{Failure, s3_batch::S3BatchTask, stream_handler};
use stream_handler_tests::{failure, invocation, logs::Logs, respond};

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
                { "taskId": "4", "resultCode": "TemporaryFailure", "resultString": "the record handler panicked: panicked" },
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
        let diagnostic = failure(on_object::batch(invocation(&event))).await;
        assert_eq!(
            diagnostic.error_type, "StreamHandler.InvalidEvent",
            "{event}"
        );
    }
}

/// A job of tasks "1", "2", …, with these keys.
fn job_of_keys(keys: &[&str]) -> Value {
    let tasks = keys.iter().zip(1..).map(|(key, number)| {
        json!({ "taskId": format!("{number}"), "s3Key": key, "s3Bucket": "bucket" })
    });
    job("2.0", &tasks.collect())
}

/// The code and the text of each result.
async fn results(event: &Value) -> Vec<(String, String)> {
    #[allow(clippy::unnecessary_wraps, reason = "only a `Result` can hold a text")]
    #[stream_handler]
    fn both_keys(task: S3BatchTask) -> Result<String, Failure> {
        Ok(format!("{} of {}", task.key(), task.encoded_key()))
    }

    let response = respond(both_keys::batch(invocation(event))).await;
    let response: Value = serde_json::from_str(&response).unwrap();
    let results = response["results"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    results
        .map(|result| (text(&result["resultCode"]), text(&result["resultString"])))
        .collect()
}

#[tokio::test]
async fn a_key_is_url_decoded() {
    for (encoded, key) in [
        ("a+b%2Bc%20d.txt", "a b+c d.txt"),
        ("plain/key.txt", "plain/key.txt"),
        ("caf%C3%A9/%e2%82%ac", "café/€"),
        ("100%25", "100%"),
        ("not%2520twice", "not%20twice"),
        ("café", "café"),
    ] {
        assert_eq!(
            results(&job_of_keys(&[encoded])).await,
            [("Succeeded".to_owned(), format!("{key} of {encoded}"))]
        );
    }
}

/// The key may be confidential: neither the job's report nor the log shows it.
#[tokio::test]
async fn a_key_that_is_not_url_encoded_utf8_is_undecodable() {
    let logs = Logs::capture();
    let bad = [
        "secret%",
        "secret%2",
        "secret%zz",
        "secret%+1",
        "secret%FF",
        "secret%é",
    ];
    let keys = [&bad[..], &["good"]].concat();
    let results = results(&job_of_keys(&keys)).await;
    let error = "`s3Key` is not URL-encoded UTF-8";
    for (key, result) in bad.iter().zip(&results) {
        assert_eq!(result.0, "TemporaryFailure", "{key}");
        assert_eq!(result.1, error, "{key}");
    }
    let good = ("Succeeded".to_owned(), "good of good".to_owned());
    assert_eq!(results[bad.len()..], [good], "it fails alone");
    assert_eq!(logs.errors(), [error; 6]);
    assert!(!format!("{:?}", logs.lines()).contains("secret"));
}
