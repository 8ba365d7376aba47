//! The handlers of the crate do what those of any other do.

use std::sync::Mutex;

use handlers::{Context, LambdaEvent};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use stream_handler_renamed_test::{on_message, on_order};

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
