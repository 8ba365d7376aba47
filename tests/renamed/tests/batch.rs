//! The handlers of the crate do what those of any other do.

use std::sync::Mutex;

use handlers::{Context, LambdaEvent};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use stream_handler_renamed_test::{count, on_message, on_order};

fn event<T: DeserializeOwned>(event: Value) -> LambdaEvent<T> {
    let mut context = Context::default();
    context.request_id.push_str("asked");
    LambdaEvent::new(serde_json::from_value(event).unwrap(), context)
}

#[tokio::test]
async fn async_handler() {
    // {"id":7}, {"id":0}, {"id":8}
    let records: Vec<_> = ["eyJpZCI6N30=", "eyJpZCI6MH0=", "eyJpZCI6OH0="]
        .iter()
        .zip(["1", "2", "3"].iter())
        .map(|(data, number)| {
            json!({
                "eventSource": "aws:kinesis",
                "kinesis": { "sequenceNumber": number, "partitionKey": "a", "data": data },
            })
        })
        .collect();
    let noted = Mutex::new(Vec::new());
    let response = on_order::batch(event(json!({ "Records": records })), &noted).await;
    let response = serde_json::to_value(response.unwrap()).unwrap();
    assert_eq!(
        response,
        json!({ "batchItemFailures": [{ "itemIdentifier": "2" }] })
    );
    assert_eq!(*noted.lock().unwrap(), [7]);
}

#[tokio::test]
async fn plain_handler_with_context() {
    let records: Vec<_> = ["{\"id\":7}", "{\"id\":0}", "{\"id\":8}"]
        .iter()
        .zip(["a", "b", "c"].iter())
        .map(|(body, id)| json!({ "eventSource": "aws:sqs", "messageId": id, "body": body }))
        .collect();
    let noted = Mutex::new(Vec::new());
    let response = on_message::batch(event(json!({ "Records": records })), &noted).await;
    let response = serde_json::to_value(response.unwrap()).unwrap();
    assert_eq!(
        response,
        json!({ "batchItemFailures": [{ "itemIdentifier": "b" }] })
    );
    assert_eq!(*noted.lock().unwrap(), [7, 8]);
}

#[tokio::test]
async fn window() {
    // {"id":7}
    let data = "eyJpZCI6N30=";
    let record = json!({
        "eventSource": "aws:kinesis",
        "kinesis": { "sequenceNumber": "1", "partitionKey": "a", "data": data },
    });
    let batch = event(json!({
        "Records": [record],
        "window": { "start": "2026-01-01T00:00:00Z", "end": "2026-01-01T00:01:00Z" },
        "state": { "a": 1 },
        "isFinalInvokeForWindow": true,
    }));
    let noted = Mutex::new(Vec::new());
    let response = serde_json::to_value(count::batch(batch, &noted).await.unwrap()).unwrap();
    assert_eq!(response, json!({ "batchItemFailures": [], "state": {} }));
    assert_eq!(*noted.lock().unwrap(), [7, 2]);
}
