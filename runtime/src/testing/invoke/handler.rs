//! Invokes a handler as `lambda_runtime` does: JSON in, JSON out.

use std::{
    any::{Any, type_name},
    fmt,
    time::{Duration, SystemTime},
};

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde::{Deserialize, Serialize};

use crate::panic;

/// Invokes the handler with an event. The handler itself is called at once, and its future
/// doesn't borrow it, so that there can be several.
///
/// # Errors
///
/// What Lambda calls a function error: the handler returned an error or panicked, or the event is
/// not what it takes, or its response can't be written as JSON.
pub(crate) fn invoke<T, R, E, F, Fut>(
    handler: &mut F,
    event: &[u8],
    context: Context,
) -> impl Future<Output = Result<Vec<u8>, Diagnostic>> + use<T, R, E, F, Fut>
where
    T: for<'de> Deserialize<'de>,
    F: FnMut(LambdaEvent<T>) -> Fut,
    Fut: Future<Output = Result<R, E>>,
    R: Serialize,
    E: Into<Diagnostic> + fmt::Debug,
{
    let called = match panic::catch(|| deserialize(event)) {
        Ok(Ok(payload)) => panic::catch(|| handler(LambdaEvent::new(payload, context)))
            .map_err(|panic| panicked(&*panic)),
        Ok(Err(error)) => Err(error),
        Err(panic) => Err(panicked(&*panic)),
    };
    async move {
        let future = called?;
        let response = match panic::catch_async(|| future).await {
            Ok(returned) => returned.map_err(Into::into)?,
            Err(panic) => return Err(panicked(&*panic)),
        };
        panic::catch(|| serde_json::to_vec(&response))
            .map_err(|panic| panicked(&*panic))?
            .map_err(|error| Diagnostic {
                error_type: type_name::<serde_json::Error>().to_owned(),
                error_message: format!("failed to serialize the function's response: {error}"),
            })
    }
}

fn deserialize<T: for<'de> Deserialize<'de>>(event: &[u8]) -> Result<T, Diagnostic> {
    let mut deserializer = serde_json::Deserializer::from_slice(event);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| Diagnostic {
        error_type: type_name::<serde_path_to_error::Error<serde_json::Error>>().to_owned(),
        error_message: format!(
            "failed to deserialize the incoming data into the function's payload type: {error}"
        ),
    })
}

fn panicked(panic: &(dyn Any + Send)) -> Diagnostic {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Diagnostic {
        error_type: type_name::<Box<dyn Any + Send>>().to_owned(),
        error_message: message.map_or_else(
            || "Lambda panicked".to_owned(),
            |message| format!("Lambda panicked: {message}"),
        ),
    }
}

/// The context of an invocation, by its number, of a function with a time-out.
pub(crate) fn context(number: usize, timeout: Duration) -> Context {
    let mut context = Context::default();
    context.request_id = request_id(number);
    FUNCTION_ARN.clone_into(&mut context.invoked_function_arn);
    // The deadline is real time, since handlers compare it with their clock.
    let deadline = SystemTime::now() + timeout;
    context.deadline = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or_default();
    context
}

pub(crate) const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:orders";

/// The request ID of an invocation, by its number: a UUID that ends in it.
pub(crate) fn request_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}
