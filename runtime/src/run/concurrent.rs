//! The entry point for Lambda Managed Instances.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use lambda_runtime::{LambdaEvent, Runtime, layers::TracingLayer, service_fn};

use super::{environment, error::Error};
use crate::{Batch, BatchError, BatchResponse, BodyLayer};

/// Handles as many invocations at a time as Lambda sends: `AWS_LAMBDA_MAX_CONCURRENCY` on Lambda
/// Managed Instances, one elsewhere. In all other respects it is like [`run`](fn@crate::run).
///
/// Concurrent invocations run in separate Tokio tasks, each with a clone of `handler`, which
/// therefore can't borrow from `main`. Put shared values into an [`Arc`](std::sync::Arc):
///
/// ```no_run
/// use std::sync::Arc;
///
/// use stream_handler::{kinesis::KinesisRecord, stream_handler};
///
/// struct Db;
///
/// #[stream_handler]
/// async fn on_line(line: KinesisRecord<String>, db: Arc<Db>) { /* … */ }
///
/// #[tokio::main]
/// async fn main() -> Result<(), stream_handler::Error> {
///     let db = Arc::new(Db);
///     stream_handler::run_concurrent(move |batch| on_line::batch(batch, db.clone())).await
/// }
/// ```
///
/// or leak them once, so that a record handler can keep its `db: &Db`:
///
/// ```no_run
/// # use stream_handler::{kinesis::KinesisRecord, stream_handler};
/// # struct Db;
/// # #[stream_handler]
/// # async fn on_line(line: KinesisRecord<String>, db: &Db) { /* … */ }
/// # #[tokio::main]
/// # async fn main() -> Result<(), stream_handler::Error> {
/// let db: &Db = Box::leak(Box::new(Db));
/// stream_handler::run_concurrent(move |batch| on_line::batch(batch, db)).await
/// # }
/// ```
///
/// # Errors
///
/// As for [`run`](fn@crate::run). If a task stops, the error is logged and the other tasks continue.
/// The error is returned when all tasks have stopped.
///
/// # Panics
///
/// If awaited outside of a Tokio runtime.
pub fn run_concurrent<R, F, Fut>(handler: F) -> RunConcurrent
where
    R: 'static,
    F: FnMut(LambdaEvent<Batch<R>>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<BatchResponse, BatchError>> + Send + 'static,
{
    RunConcurrent(Box::pin(async move {
        environment::prepare()?;
        Runtime::new(service_fn(handler))
            .layer(BodyLayer::new())
            .layer(TracingLayer::new())
            .run_concurrent()
            .await
            .map_err(Error::runtime)
    }))
}

/// The future of [`run_concurrent`]. Resolves only to an error.
#[must_use = "no invocation is handled before `run_concurrent` is awaited"]
pub struct RunConcurrent(Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>);

impl Future for RunConcurrent {
    type Output = Result<(), Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for RunConcurrent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunConcurrent").finish_non_exhaustive()
    }
}
