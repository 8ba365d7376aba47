//! What SNS, EventBridge and S3 put into queues.

mod eventbridge;
mod s3;
mod sns;

use serde_json::Value;
use stream_handler::{BatchError, BatchResponse};
use stream_handler_tests::{
    Calls,
    events::{event, sqs},
    logs::Logs,
    reported,
};

#[derive(Debug, serde::Deserialize)]
struct Order {
    id: u64,
}

/// What a handler was called with for a queue's only message, whose body is this; or why the
/// message was undecodable. For use with [`message`].
async fn result(
    calls: &Calls,
    batch: impl Future<Output = Result<BatchResponse, BatchError>>,
) -> Result<Vec<String>, String> {
    let logs = Logs::capture();
    let response = reported(batch).await;
    if response.is_empty() {
        return Ok(calls.all());
    }
    assert_eq!(response, ["1"]);
    assert!(calls.all().is_empty(), "{:?}", calls.all());
    Err(logs.undecodable())
}

/// An event of one message with this body.
fn message(body: &impl ToString) -> Value {
    event([sqs("1", &body.to_string())])
}

/// A JSON text as a string in JSON: what it is when it was encoded twice.
fn encoded_twice(json: &Value) -> Value {
    Value::String(json.to_string())
}
