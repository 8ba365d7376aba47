//! Starts the Lambda runtime.

use std::{env, fmt};

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn, tracing};
use serde::{Deserialize, Serialize};

use crate::error::{BoxError, Chain};

/// What [`run`] returns when the function can't go on. `main` prints it in full.
pub struct Error(Cause);

enum Cause {
    NotInLambda { variable: &'static str },
    Runtime(BoxError),
}

/// Handles events until Lambda stops the process.
///
/// Starts [`lambda_runtime`], with logs as Lambda's logging controls say
/// (`AWS_LAMBDA_LOG_LEVEL`, else `RUST_LOG`, else `INFO`; `AWS_LAMBDA_LOG_FORMAT`), unless a
/// `tracing` subscriber is set already.
///
/// `handler` is usually a closure around a function's `batch`; any handler that
/// [`lambda_runtime::run`] takes will do. For tower layers, or for `run_concurrent` on Managed
/// Instances, give `batch` to `lambda_runtime` yourself.
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
/// Warns of a build with `panic = "abort"`, in which a panic can't be kept to its record.
///
/// # Errors
///
/// The process was not started by Lambda or `cargo lambda watch`, or Lambda's runtime API can't be
/// reached.
pub async fn run<A, F, Fut, B, E>(handler: F) -> Result<(), Error>
where
    A: for<'de> Deserialize<'de>,
    F: FnMut(LambdaEvent<A>) -> Fut,
    Fut: Future<Output = Result<B, E>>,
    B: Serialize,
    E: Into<Diagnostic> + fmt::Debug,
{
    // `lambda_runtime` panics without these.
    for variable in [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
    ] {
        let present = env::var(variable).is_ok_and(|value| {
            variable != "AWS_LAMBDA_FUNCTION_MEMORY_SIZE" || value.parse::<i32>().is_ok()
        });
        if !present {
            return Err(Error(Cause::NotInLambda { variable }));
        }
    }
    if !::tracing::dispatcher::has_been_set() {
        tracing::init_default_subscriber();
    }
    if cfg!(panic = "abort") {
        ::tracing::warn!(
            "built with `panic = \"abort\"`, which `cargo lambda build` takes where nothing is said: a \
             panic stops the process, and costs its whole batch another delivery. Write `panic = \
             \"unwind\"` under `[profile.release]` in Cargo.toml"
        );
    }
    lambda_runtime::run(service_fn(handler))
        .await
        .map_err(|error| Error(Cause::Runtime(error)))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::NotInLambda { variable } => write!(
                f,
                "this is an AWS Lambda function, and it was not started by Lambda: {variable} is \
                 not set, or not as Lambda sets it.\n\
                 To run it on this machine (`pip install cargo-lambda` installs the tool):\n\
                 \n    cargo lambda watch\n\n\
                 (in a workspace with `-p PACKAGE`), and in another terminal:\n\
                 \n    cargo lambda invoke BIN --data-file event.json\n\n\
                 To test it without Lambda, call the function itself, or its `batch`."
            ),
            Cause::Runtime(error) => {
                write!(f, "the Lambda runtime stopped: {}", Chain(&**error))
            }
        }
    }
}

/// As `Display`: it is what `main` prints of an error it returns.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Cause::NotInLambda { .. } => None,
            Cause::Runtime(error) => error.source(),
        }
    }
}
