//! What `lambda_runtime` does between the body of an event and that of the response.
//!
//! Its own service for this is private, so [`service`] does the same. This crate's contenders have
//! a `BodyLayer` around it, as `stream_handler::run` has.
//!
//! How the body is held in memory makes a difference, since this crate takes it as it is, if
//! nothing else holds it, and copies it otherwise. `lambda_runtime` collects the body from hyper: a
//! large one arrives in several parts, which are joined in a buffer that belongs to the body alone.
//! A small one may be a slice of the buffer that hyper reads into, and still keeps. [`deliver`]
//! reproduces both cases, the second always for bodies that are not large, so that the benchmarks
//! count one copy of these.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use stream_handler::{
    __private as private, Batch, BodyLayer, Context, Event, LambdaEvent,
    lambda_runtime::{
        Error, LambdaInvocation, service_fn,
        tower::{Layer as _, Service},
    },
};
use tokio::runtime::{Builder, Runtime};

/// The number of bytes from which a body is not shared with hyper, as observed. (hyper 1 makes room
/// for 417,792 bytes at a time, and reads more if its buffer has more room.)
const LARGE: usize = 600 * 1024;

/// A new invocation with this body, and the buffer that also holds the body, if it is not large.
/// Keep the buffer until there is a response.
pub(crate) fn deliver(json: &[u8]) -> (LambdaInvocation, Bytes) {
    let body = Bytes::copy_from_slice(json);
    let buffer = if json.len() < LARGE {
        body.clone()
    } else {
        Bytes::new()
    };
    let (parts, ()) = http::Response::new(()).into_parts();
    let invocation = LambdaInvocation {
        parts,
        body,
        context: context(),
    };
    (invocation, buffer)
}

/// The service around a handler, as in `lambda_runtime` 1.5: `call` of `RuntimeApiResponseService`
/// and `deserialize` in its `deserializer.rs`, then the handler, then `into_req` of
/// `EventCompletionRequest` in its `requests.rs`.
fn service<T, R, E, Fut>(
    handler: impl Fn(LambdaEvent<T>) -> Fut,
) -> impl Service<LambdaInvocation, Response = Vec<u8>, Error = Error>
where
    T: DeserializeOwned,
    R: Serialize,
    E: Into<Error>,
    Fut: Future<Output = Result<R, E>>,
{
    service_fn(move |invocation: LambdaInvocation| {
        let deserializer = &mut serde_json::Deserializer::from_slice(&invocation.body);
        let response = serde_path_to_error::deserialize(deserializer)
            .map(|payload| handler(LambdaEvent::new(payload, invocation.context)));
        async move {
            let response = response?.await.map_err(Into::into)?;
            Ok(serde_json::to_vec(&response)?)
        }
    })
}

/// The response of a handler written by hand.
pub(crate) fn by_hand<T, R, E, Fut>(
    runtime: &Runtime,
    invocation: LambdaInvocation,
    handler: impl Fn(LambdaEvent<T>) -> Fut,
) -> Vec<u8>
where
    T: DeserializeOwned,
    R: Serialize,
    E: Into<Error>,
    Fut: Future<Output = Result<R, E>>,
{
    let response = service(handler).call(invocation);
    runtime.block_on(response).expect("a response")
}

/// The response of a batch handler of this crate.
pub(crate) fn ours<T, R, E, Fut>(
    runtime: &Runtime,
    invocation: LambdaInvocation,
    handler: impl Fn(LambdaEvent<Batch<T>>) -> Fut,
) -> Vec<u8>
where
    R: Serialize,
    E: Into<Error>,
    Fut: Future<Output = Result<R, E>>,
{
    let mut service = BodyLayer::new().layer(service(handler));
    let response = service.call(invocation);
    runtime.block_on(response).expect("a response")
}

/// The same, with every record read on its own.
pub(crate) fn without_layouts<T, R, E, Fut>(
    runtime: &Runtime,
    invocation: LambdaInvocation,
    handler: impl Fn(LambdaEvent<Batch<T>>) -> Fut,
) -> Vec<u8>
where
    R: Serialize,
    E: Into<Error>,
    Fut: Future<Output = Result<R, E>>,
{
    let handler = |event: LambdaEvent<Event>| {
        let batch = private::without_layouts(event.payload).into();
        handler(LambdaEvent::new(batch, event.context))
    };
    let mut service = BodyLayer::new().layer(service(handler));
    let response = service.call(invocation);
    runtime.block_on(response).expect("a response")
}

/// The context of an invocation that has a minute left.
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

/// The runtime that all contenders run on: that of `#[tokio::main(flavor = "current_thread")]`.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
}
