//! Invokes a Rust handler as `lambda_runtime` does: JSON in, JSON out.

use std::{
    any::{Any, type_name},
    fmt,
};

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde::{Deserialize, Serialize};

use crate::panic;

/// Calls the handler with an event. The future that it returns doesn't borrow the handler, so that
/// several invocations can run at the same time.
///
/// # Errors
///
/// What Lambda calls a function error: the handler returned an error or panicked, the event doesn't
/// deserialise to the handler's type, or the response can't be written as JSON.
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
    Diagnostic {
        error_type: type_name::<Box<dyn Any + Send>>().to_owned(),
        error_message: panic::text(panic).map_or_else(
            || "Lambda panicked".to_owned(),
            |message| format!("Lambda panicked: {message}"),
        ),
    }
}
