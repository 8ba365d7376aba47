//! Functions that are executables, behind a Runtime API of their own.
//!
//! "Using the Lambda runtime API for custom runtimes" (`runtimes-api.html`).

use std::{
    ffi::OsString,
    future::poll_fn,
    io,
    net::Ipv4Addr,
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use lambda_runtime::{Context, Diagnostic};
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::testing::{
    invoke::http::{self, Request},
    mapping::EventSourceMapping,
    put::EventSource,
    report::Report,
};

/// How often it is looked whether the process is still there.
const LOOK: Duration = Duration::from_millis(50);

/// A function that is an executable and speaks the Lambda Runtime API: a binary built by
/// cargo-lambda, or in another language.
///
/// Each environment is a process, which is started when all others are busy, and killed when its
/// invocation times out. What it writes to its standard output is dropped.
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

    async fn start(&self) -> io::Result<Environment> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let process = Command::new(&self.program)
            .args(&self.arguments)
            .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "orders")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/orders")
            .env(
                "AWS_LAMBDA_LOG_STREAM_NAME",
                "2024/01/01/[$LATEST]simulated",
            )
            .env("AWS_REGION", "us-east-1")
            .env("_HANDLER", "bootstrap")
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Environment {
            listener,
            connections: Vec::new(),
            process,
        })
    }
}

/// A process, and its connections to the Runtime API.
#[derive(Debug)]
struct Environment {
    listener: TcpListener,
    connections: Vec<Connection>,
    process: Child,
}

impl Drop for Environment {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Environment {
    /// The next request, and which connection it came from. `None` when the process has ended.
    async fn request(&mut self) -> io::Result<Option<(Request, usize)>> {
        let mut look = Box::pin(sleep(LOOK));
        poll_fn(|context| {
            while let Poll::Ready(accepted) = self.listener.poll_accept(context) {
                let (stream, _) = accepted?;
                self.connections.push(Connection {
                    stream,
                    received: Vec::new(),
                });
            }
            let mut at = 0;
            while at < self.connections.len() {
                let connection = &mut self.connections[at];
                let open = loop {
                    if let Some(request) = http::take_request(&mut connection.received)? {
                        return Poll::Ready(Ok(Some((request, at))));
                    }
                    let mut chunk = [0; 8192];
                    match connection.stream.try_read(&mut chunk) {
                        Ok(0) => break false,
                        Ok(read) => connection.received.extend(&chunk[..read]),
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                            if connection.stream.poll_read_ready(context).is_pending() {
                                break true;
                            }
                        }
                        Err(_) => break false,
                    }
                };
                if open {
                    at += 1;
                } else {
                    self.connections.remove(at);
                }
            }
            while look.as_mut().poll(context).is_ready() {
                if self.process.try_wait()?.is_some() {
                    return Poll::Ready(Ok(None));
                }
                look = Box::pin(sleep(LOOK));
            }
            Poll::Pending
        })
        .await
    }

    async fn answer(&mut self, connection: usize, bytes: &[u8]) -> io::Result<()> {
        let stream = &self.connections[connection].stream;
        let mut left = bytes;
        while !left.is_empty() {
            stream.writable().await?;
            match stream.try_write(left) {
                Ok(written) => left = &left[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Hands out an event, and waits for what the function makes of it. The request for the next
    /// event is left unanswered until there is one.
    async fn invoke(
        &mut self,
        event: &[u8],
        context: &Context,
    ) -> io::Result<Option<Result<Vec<u8>, Diagnostic>>> {
        let accepted = http::response("202 Accepted", "", b"{\"status\":\"OK\"}");
        while let Some((request, connection)) = self.request().await? {
            let path = request.path.strip_prefix("/2018-06-01/runtime/");
            let words: Vec<&str> = path.unwrap_or_default().split('/').collect();
            match words[..] {
                ["invocation", "next"] => {
                    let headers = format!(
                        "Lambda-Runtime-Aws-Request-Id: {}\r\nLambda-Runtime-Deadline-Ms: {}\r\n\
                         Lambda-Runtime-Invoked-Function-Arn: {}\r\n",
                        context.request_id, context.deadline, context.invoked_function_arn
                    );
                    let response = http::response("200 OK", &headers, event);
                    self.answer(connection, &response).await?;
                }
                ["invocation", id, "response"] if id == context.request_id => {
                    self.answer(connection, &accepted).await?;
                    return Ok(Some(Ok(request.body)));
                }
                ["invocation", _, "error"] | ["init", "error"] => {
                    self.answer(connection, &accepted).await?;
                    return Ok(Some(Err(diagnostic(&request.body))));
                }
                _ => {
                    let response = http::response("404 Not Found", "", b"{}");
                    self.answer(connection, &response).await?;
                }
            }
        }
        Ok(None)
    }
}

fn diagnostic(body: &[u8]) -> Diagnostic {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    Diagnostic {
        error_type: text("errorType"),
        error_message: text("errorMessage"),
    }
}

impl<S: EventSource> EventSourceMapping<S> {
    /// As [`run`](Self::run), with an executable as the function: the loop of its runtime is under
    /// test too.
    ///
    /// Needs a Tokio runtime with I/O and timers, and a clock that is not paused.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run) does.
    pub async fn run_executable<I>(&self, records: I, executable: &Executable) -> Report
    where
        I: IntoIterator,
        I::Item: Into<S>,
    {
        let idle: Mutex<Vec<Environment>> = Mutex::new(Vec::new());
        let idle = &idle;
        let records = records.into_iter().map(Into::into).collect();
        self.simulate(records, |event, context| async move {
            let free = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let failed = |error_type: &str, what: String| {
                let error_message = format!("RequestId: {} Error: {what}", context.request_id);
                Err(Diagnostic {
                    error_type: error_type.to_owned(),
                    error_message,
                })
            };
            let started = match free {
                Some(environment) => Ok(environment),
                None => executable.start().await,
            };
            let mut environment = match started {
                Ok(environment) => environment,
                Err(error) => {
                    let program = &executable.program;
                    return failed("Runtime.InvalidEntrypoint", format!("{program:?}: {error}"));
                }
            };
            match environment.invoke(&event, &context).await {
                Ok(Some(returned)) => {
                    idle.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(environment);
                    returned
                }
                Ok(None) => failed("Runtime.ExitError", "Runtime exited".to_owned()),
                Err(error) => failed("Runtime.ExitError", error.to_string()),
            }
        })
        .await
    }
}
