//! The context of an invocation.

use std::time::{Duration, SystemTime};

use lambda_runtime::Context;

use crate::testing::account::{FUNCTION_ARN, request_id};

/// The context of an invocation, by its number, of a function with this timeout.
pub(crate) fn context(invocation: usize, timeout: Duration) -> Context {
    let mut context = Context::default();
    context.request_id = request_id(invocation);
    FUNCTION_ARN.clone_into(&mut context.invoked_function_arn);
    // In real time rather than on the simulation's clock: handlers compare it with the system's.
    let deadline = SystemTime::now() + timeout;
    context.deadline = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or_default();
    context
}
