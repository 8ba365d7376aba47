//! The checks and setup of the entry points before the first invocation.

use std::env;

use lambda_runtime::tracing::init_default_subscriber;
use tracing::{dispatcher, warn};

use super::error::{Cause, Error};

/// Checks that Lambda started the process, and sets up logging.
pub(super) fn prepare() -> Result<(), Error> {
    // `lambda_runtime` panics if one of these variables is missing or invalid.
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
    if !dispatcher::has_been_set() {
        init_default_subscriber();
    }
    if cfg!(panic = "abort") {
        warn!(
            "built with `panic = \"abort\"`, the default of `cargo lambda build`: a panic stops the \
             process, and Lambda delivers the whole batch again. Write `panic = \"unwind\"` under \
             `[profile.release]` in Cargo.toml"
        );
    }
    Ok(())
}

/// The maximum number of invocations that Lambda sends to this process at a time. It is more than
/// one only on Managed Instances.
pub(super) fn max_concurrency() -> u32 {
    env::var("AWS_LAMBDA_MAX_CONCURRENCY")
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(1)
}
