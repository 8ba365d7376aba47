//! Gives a batch the body of its invocation without a copy.
//!
//! `lambda_runtime` deserialises the body before it calls a batch handler: `serde_json` reads the
//! whole event to find its end and copies its text, which is then read a second time, record by
//! record. `Deserialize` has no access to the bytes themselves, so this layer puts them where an
//! event's `Deserialize` finds them.

use std::{
    cell::Cell,
    error::Error,
    fmt::{self, Display},
    future::{Ready, ready},
    mem,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::future::Either;
use lambda_runtime::{
    LambdaInvocation,
    tower::{Layer, Service},
};
use serde_json::value::RawValue;
use tracing::{Level, event_enabled};

thread_local! {
    /// The body of the invocation that is deserialised on this thread.
    static BODY: Cell<Option<Bytes>> = const { Cell::new(None) };
}

/// A tower layer that gives a [`Batch`](crate::Batch) the body of its invocation, which would
/// otherwise be read and copied once more. Add it to a [`lambda_runtime::Runtime`] of your own;
/// `stream_handler::run` and `run_concurrent` already use it.
///
/// Add it first: the first layer is the innermost. Layers that are added after it see the body.
/// Services inside of it see an empty body.
///
/// ```no_run
/// use stream_handler::{
///     BodyLayer,
///     kinesis::KinesisRecord,
///     lambda_runtime::{self, Runtime, layers::TracingLayer, service_fn},
///     stream_handler,
/// };
///
/// #[stream_handler]
/// async fn on_line(line: KinesisRecord<String>) { /* … */ }
///
/// #[tokio::main]
/// async fn main() -> Result<(), lambda_runtime::Error> {
///     Runtime::new(service_fn(on_line::batch))
///         .layer(BodyLayer::new())
///         .layer(TracingLayer::new())
///         // .layer(your own layers)
///         .run()
///         .await
/// }
/// ```
///
/// The payload type must be a [`Batch`](crate::Batch), an [`Event`](crate::Event), or a
/// wrapper around one of them alone (a newtype, `Box`, `#[serde(transparent)]`). Leave the layer
/// out for any other payload, such as a struct with a `Batch` as a field. If nothing takes the
/// body, the runtime stops at the first invocation with an error that says so. A handler never
/// responds to an event that it did not get.
///
/// An `Option` around a batch is always `Some`, even if the body is `null`.
///
/// While `TRACE` is enabled for `lambda_runtime`, the layer does nothing, since `lambda_runtime`
/// then logs each body.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct BodyLayer {}

impl BodyLayer {
    /// The layer.
    #[must_use]
    pub const fn new() -> Self {
        Self {}
    }
}

impl<S> Layer<S> for BodyLayer {
    type Service = BodyService<S>;

    fn layer(&self, inner: S) -> BodyService<S> {
        BodyService { inner }
    }
}

/// The service of [`BodyLayer`].
#[derive(Debug, Clone)]
pub struct BodyService<S> {
    inner: S,
}

impl<S> Service<LambdaInvocation> for BodyService<S>
where
    S: Service<LambdaInvocation, Error = lambda_runtime::Error>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<S::Response, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> Self::Future {
        if must_keep_its_body(&invocation) {
            return Either::Left(self.inner.call(invocation));
        }
        // Leave empty bytes, which no payload but a batch or an event can be read from. Many types
        // could be read from `null`.
        let body = mem::take(&mut invocation.body);
        // `lambda_runtime` deserialises in `call`, before it returns the future.
        match hand_over(body, || self.inner.call(invocation)) {
            Some(future) => Either::Left(future),
            // Usually the payload could not be read. But a payload type may replace the error by a
            // default, and the handler would then report success for records that it never got.
            None => Either::Right(ready(Err(NotTaken.into()))),
        }
    }
}

fn must_keep_its_body(invocation: &LambdaInvocation) -> bool {
    // Another `BodyLayer` has already taken the body and made it ready.
    invocation.body.is_empty()
        // The body is an error response. In debug builds `lambda_runtime` fails before it
        // deserialises.
        || invocation.parts.status.is_server_error()
        // `lambda_runtime` logs the body with this target, level and field.
        || event_enabled!(target: "lambda_runtime::layers::api_response", Level::TRACE, body)
}

/// What `call` returns with the body ready on this thread; `None` if nothing took the body.
fn hand_over<T>(body: Bytes, call: impl FnOnce() -> T) -> Option<T> {
    /// Without this, a panic of a payload or a layer would leave the body for the next invocation on
    /// this thread.
    struct Clear;

    impl Drop for Clear {
        fn drop(&mut self) {
            BODY.take();
        }
    }

    BODY.set(Some(body));
    let _clear = Clear;
    let returned = call();
    BODY.take().is_none().then_some(returned)
}

/// Takes the body of the invocation for an event whose deserialiser failed with this error. `None`
/// if no body is ready, or if the deserialiser had something to read.
///
/// Only the payload itself reads empty bytes: an event inside another value is never deserialised,
/// since reading the outer value fails first. An event that is deserialised from another text never
/// takes the body.
pub(crate) fn handed_over(error: &impl Display) -> Option<Bytes> {
    let body = BODY.take()?;
    if error.to_string() == nothing_to_read() {
        Some(body)
    } else {
        BODY.set(Some(body));
        None
    }
}

/// The error of `serde_json` for empty input, which may differ between versions.
fn nothing_to_read() -> String {
    serde_json::from_str::<&RawValue>("")
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

/// The error if nothing took the body.
struct NotTaken;

impl Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "`stream_handler::BodyLayer` offered the invocation's body, and the handler's payload \
             did not take it. The payload must be a `stream_handler::Batch` or `Event` itself, and \
             `BodyLayer` the first layer that is added to the `lambda_runtime::Runtime`. For any \
             other payload, remove `BodyLayer`",
        )
    }
}

/// Same as `Display`, since Rust prints the `Debug` form of an error that `main` returns.
impl fmt::Debug for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Error for NotTaken {}
