//! What `lambda_runtime` does between a body and a response.

use std::{
    fmt::Debug,
    time::{Duration, SystemTime},
};

use serde::{Serialize, de::DeserializeOwned};
use stream_handler::{Batch, Context, Event, LambdaEvent};

/// From a body to a response, as `lambda_runtime` 1.5 does it: `deserialize` in its
/// `deserializer.rs`, then the handler, then `into_req` of `EventCompletionRequest` in its
/// `requests.rs`.
pub(crate) async fn invoke<T: DeserializeOwned, R: Serialize, E: Debug>(
    body: &[u8],
    handler: impl AsyncFnOnce(LambdaEvent<T>) -> Result<R, E>,
) -> Vec<u8> {
    let deserializer = &mut serde_json::Deserializer::from_slice(body);
    let payload = serde_path_to_error::deserialize(deserializer).expect("an event");
    let response = handler(LambdaEvent::new(payload, context())).await;
    serde_json::to_vec(&response.expect("a response")).expect("a response is JSON")
}

/// The same for a batch of ours, whose layer hands over the body itself.
pub(crate) async fn invoke_batch<T, R: Serialize, E: Debug>(
    body: &[u8],
    handler: impl AsyncFnOnce(LambdaEvent<Batch<T>>) -> Result<R, E>,
) -> Vec<u8> {
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    let payload = Batch::from(Event::from(body));
    let response = handler(LambdaEvent::new(payload, context())).await;
    serde_json::to_vec(&response.expect("a response")).expect("a response is JSON")
}

/// The context of an invocation: there is a minute left.
pub(crate) fn context() -> Context {
    let deadline = SystemTime::now() + Duration::from_secs(60);
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH);
    let mut context = Context::default();
    context.deadline = deadline
        .ok()
        .and_then(|deadline| u64::try_from(deadline.as_millis()).ok())
        .unwrap_or_default();
    context
}

/// The runtime that all of them run on: that of `#[tokio::main(flavor = "current_thread")]`.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
}
