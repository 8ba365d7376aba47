//! The entry points: what `main` calls.

#[cfg(feature = "run_concurrent")]
mod concurrent;
mod environment;
mod error;

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use lambda_runtime::{LambdaEvent, Runtime, layers::TracingLayer, service_fn};
use tracing::warn;

use crate::{Batch, BatchError, BatchResponse, BodyLayer};

#[cfg(feature = "run_concurrent")]
pub use self::concurrent::{RunConcurrent, run_concurrent};
pub use self::error::Error;

/// Handles invocations, one after another, until Lambda stops the process.
///
/// `handler` is a closure that calls the batch handler, or the batch handler itself if it has no
/// shared values. It may borrow from `main`:
///
/// ```no_run
/// use stream_handler::{kinesis::KinesisRecord, stream_handler};
///
/// struct Db;
///
/// #[stream_handler]
/// async fn on_line(line: KinesisRecord<String>, db: &Db) { /* … */ }
///
/// #[tokio::main]
/// async fn main() -> Result<(), stream_handler::Error> {
///     let db = Db;
///     stream_handler::run(|batch| on_line::batch(batch, &db)).await
/// }
/// ```
///
/// Starts [`lambda_runtime`] with a [`BodyLayer`] and a [`TracingLayer`]. Logs follow Lambda's
/// logging controls (`AWS_LAMBDA_LOG_LEVEL`, else `RUST_LOG`, else `INFO`;
/// `AWS_LAMBDA_LOG_FORMAT`), unless a `tracing` subscriber is set already.
///
/// Logs a warning if
///
/// - the build has `panic = "abort"`: a panic then stops the process, instead of failing only its
///   record;
/// - Lambda sends several invocations at a time (`AWS_LAMBDA_MAX_CONCURRENCY`), as it does on
///   Managed Instances: `stream_handler::run_concurrent`, with the Cargo feature `run_concurrent`,
///   handles them at the same time.
///
/// `handler` returns what the batch handler returns. To return something else, or to add tower
/// layers, create a [`lambda_runtime::Runtime`] of your own with a [`BodyLayer`].
///
/// # Errors
///
/// The process was not started by Lambda or `cargo lambda watch`, or Lambda's runtime API can't be
/// reached.
pub fn run<'a, R, F, Fut>(handler: F) -> Run<'a>
where
    R: 'a,
    F: FnMut(LambdaEvent<Batch<R>>) -> Fut + 'a,
    Fut: Future<Output = Result<BatchResponse, BatchError>> + 'a,
{
    Run(Box::pin(async move {
        environment::prepare()?;
        let concurrency = environment::max_concurrency();
        if concurrency > 1 {
            warn!(
                "AWS_LAMBDA_MAX_CONCURRENCY is {concurrency}: Lambda sends this process up to \
                 {concurrency} invocations at a time, and `stream_handler::run` handles one at a \
                 time. `stream_handler::run_concurrent`, with the Cargo feature \
                 `run_concurrent`, handles them at the same time"
            );
        }
        Runtime::new(service_fn(handler))
            .layer(BodyLayer::new())
            .layer(TracingLayer::new())
            .run()
            .await
            .map_err(Error::runtime)
    }))
}

/// The future of [`run`](fn@run). Resolves only to an error.
#[must_use = "no invocation is handled before `run` is awaited"]
pub struct Run<'a>(Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>);

impl Future for Run<'_> {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").finish_non_exhaustive()
    }
}
