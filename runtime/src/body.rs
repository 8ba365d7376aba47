//! Hands the body of an invocation to its payload, past `lambda_runtime`'s deserialiser.
//!
//! `lambda_runtime` reads the body with `serde_json`, which finds the end of the event and copies
//! it; only then does an [`Event`](crate::Event) get its text, and reads it again. `Deserialize`
//! has no way to ask for the bytes themselves. So the layer puts them where the event finds them.

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
use tracing::{Level, event_enabled};

thread_local! {
    /// The body of the invocation that this thread is reading.
    static BODY: Cell<Option<Bytes>> = const { Cell::new(None) };
}

/// A layer for a [`lambda_runtime::Runtime`] of your own: the body of each invocation goes to its
/// [`Batch`](crate::Batch) as it is, without being read and copied by `lambda_runtime` first.
///
/// [`run`](fn@crate::run) has it already. It saves time, and changes nothing else.
///
/// Add it first, which makes it the innermost layer. Layers that are added later see the body;
/// in what it wraps, the body is empty.
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
/// The payload must be a [`Batch`](crate::Batch) or an [`Event`](crate::Event), or a newtype around
/// one of them. A payload that has a batch as one of its fields can't be read without its own
/// JSON: leave the layer out for such a payload. The first invocation shows it, since the runtime
/// stops with an error when nothing takes the body.
///
/// While `TRACE` is enabled for `lambda_runtime`, which then logs each body, the body stays where
/// it is.
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
        // Empty bytes are no JSON: whatever else reads them fails, and takes them for no event.
        let hand_over = HandOver::begin(mem::take(&mut invocation.body));
        // `lambda_runtime` deserialises in `call`, before it returns the future.
        let future = self.inner.call(invocation);
        if hand_over.is_done() {
            Either::Left(future)
        } else {
            // The handler has something else than the event, if it has anything: a payload that
            // takes errors for defaults would answer for records it never saw.
            Either::Right(ready(Err(NotTaken.into())))
        }
    }
}

fn must_keep_its_body(invocation: &LambdaInvocation) -> bool {
    // An empty body is what another `BodyLayer` leaves behind.
    invocation.body.is_empty()
        // Not an event: `lambda_runtime` has an error of its own for it.
        || invocation.parts.status.is_server_error()
        // `lambda_runtime` logs the body, with this target, level and field.
        || event_enabled!(target: "lambda_runtime::layers::api_response", Level::TRACE, body)
}

/// The body lies ready for as long as this lives, and no longer: no other invocation finds it,
/// whether the call returns or panics.
struct HandOver(());

impl HandOver {
    fn begin(body: Bytes) -> Self {
        BODY.set(Some(body));
        Self(())
    }

    /// Ends it, and says whether the body was taken.
    fn is_done(self) -> bool {
        BODY.take().is_none()
    }
}

impl Drop for HandOver {
    fn drop(&mut self) {
        BODY.take();
    }
}

/// The body of the invocation, if one lies ready for a payload whose deserialiser failed with this
/// error.
///
/// Only a payload that is read first of all finds nothing at all to read. One inside another value
/// is not reached, since that value fails; and whoever reads another text has what that text says.
pub(crate) fn handed_over(error: &impl Display) -> Option<Bytes> {
    let body = BODY.take()?;
    if error.to_string() == nothing_to_read() {
        Some(body)
    } else {
        BODY.set(Some(body));
        None
    }
}

/// What `serde_json` says where there is no text.
fn nothing_to_read() -> String {
    serde_json::from_str::<serde::de::IgnoredAny>("")
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

/// Nothing took the body.
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

/// As `Display`: it is what `main` prints of an error it returns.
impl fmt::Debug for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Error for NotTaken {}
