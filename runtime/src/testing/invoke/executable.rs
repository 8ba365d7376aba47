//! Functions that are executables.

use std::{
    ffi::OsString,
    io,
    pin::pin,
    process::{ExitStatus, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::{Either, select};
use lambda_runtime::{Context, Diagnostic};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::runtime_api::{FunctionResult, RuntimeApi};
use crate::testing::account::REGION;

/// How long after a process has exited its response can still arrive.
const IN_TRANSIT: Duration = Duration::from_millis(50);

/// A function that is an executable and speaks the Lambda Runtime API, in any language: a binary
/// built by cargo-lambda, for example.
///
/// Each execution environment is a process. A new one starts when all others are busy. A process is
/// killed when its invocation times out, and at the end of the simulation. Its standard output is
/// discarded.
#[derive(Debug, Clone)]
pub struct Executable {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl Executable {
    /// An executable, by its path.
    #[must_use]
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    fn spawn(&self, api: &RuntimeApi) -> io::Result<Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "orders")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/orders")
            .env(
                "AWS_LAMBDA_LOG_STREAM_NAME",
                "2024/01/01/[$LATEST]simulated",
            )
            .env("AWS_REGION", REGION)
            .env("_HANDLER", "bootstrap")
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
    }
}

/// The execution environments of an executable.
pub(crate) struct Environments<'e> {
    executable: &'e Executable,
    idle: Mutex<Vec<Environment>>,
}

/// A process, and the Runtime API that it polls.
struct Environment {
    api: RuntimeApi,
    process: Child,
}

impl<'e> Environments<'e> {
    pub(crate) fn new(executable: &'e Executable) -> Self {
        Self {
            executable,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Invokes the function in an idle environment, or in a new one.
    pub(crate) async fn invoke(&self, event: Vec<u8>, context: Context) -> FunctionResult {
        let request_id = context.request_id.clone();
        let error = |error_type: &str, what: String| {
            Err(Diagnostic {
                error_type: error_type.to_owned(),
                error_message: format!("RequestId: {request_id} Error: {what}"),
            })
        };
        let idle = self.idle().pop();
        let environment = match idle {
            Some(environment) => Ok(environment),
            None => self.start().await,
        };
        let mut environment = match environment {
            Ok(environment) => environment,
            Err(cause) => {
                let program = &self.executable.program;
                return error("Runtime.InvalidEntrypoint", format!("{program:?}: {cause}"));
            }
        };
        match environment.invoke(event, context).await {
            Ok(result) => {
                self.idle().push(environment);
                result
            }
            Err(exit) => error("Runtime.ExitError", exit),
        }
    }

    async fn start(&self) -> io::Result<Environment> {
        let api = RuntimeApi::start().await?;
        let process = self.executable.spawn(&api)?;
        Ok(Environment { api, process })
    }

    /// Ignores poisoning: nothing that holds the lock can panic halfway.
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Environment>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Environment {
    /// What the function returned, or how the process ended before.
    async fn invoke(&mut self, event: Vec<u8>, context: Context) -> Result<FunctionResult, String> {
        let returned = self.api.invoke(event, context);
        let exited = match select(returned, pin!(self.process.wait())).await {
            Either::Left((Ok(result), _)) => return Ok(result),
            Either::Left((Err(_), exited)) => exited.await,
            Either::Right((exited, returned)) => {
                // Without the pause, the response of a process that exits right after it could be
                // taken for lost.
                if let Ok(Ok(result)) = timeout(IN_TRANSIT, returned).await {
                    return Ok(result);
                }
                exited
            }
        };
        Err(exited.map_or_else(|error| error.to_string(), exit_error))
    }
}

/// Lambda's message about a process that ended during an invocation.
fn exit_error(status: ExitStatus) -> String {
    if status.success() {
        "Runtime exited without providing a reason".to_owned()
    } else {
        format!("Runtime exited with error: {status}")
    }
}
