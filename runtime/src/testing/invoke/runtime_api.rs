//! The Runtime API, from which an executable gets its invocations.
//!
//! "Using the Lambda runtime API for custom runtimes" (`runtimes-api.html`).

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response, StatusCode, body::Incoming, http, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use lambda_runtime::{Context, Diagnostic};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

/// What the function returned: a response, or an error.
pub(super) type FunctionResult = Result<Vec<u8>, Diagnostic>;

/// A Runtime API on the loopback interface, for one execution environment.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    address: SocketAddr,
    calls: mpsc::UnboundedSender<Call>,
    state: Arc<ApiState>,
    /// Its only task is aborted when the set is dropped.
    _server: JoinSet<()>,
}

/// An invocation that waits for the executable.
#[derive(Debug)]
struct Call {
    event: Vec<u8>,
    context: Context,
}

#[derive(Debug)]
struct ApiState {
    /// Several requests can wait for the next call. Each call goes to one of them.
    calls: tokio::sync::Mutex<mpsc::UnboundedReceiver<Call>>,
    running: Mutex<Option<RunningCall>>,
}

#[derive(Debug)]
struct RunningCall {
    request_id: String,
    returned: oneshot::Sender<FunctionResult>,
}

impl RuntimeApi {
    pub(super) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (calls, receiver) = mpsc::unbounded_channel();
        let state = Arc::new(ApiState {
            calls: tokio::sync::Mutex::new(receiver),
            running: Mutex::new(None),
        });
        let mut server = JoinSet::new();
        server.spawn(serve(listener, Arc::clone(&state)));
        Ok(Self {
            address,
            calls,
            state,
            _server: server,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Invokes the executable. The receiver gets what it returns.
    pub(super) fn invoke(
        &self,
        event: Vec<u8>,
        context: Context,
    ) -> oneshot::Receiver<FunctionResult> {
        let (sender, returned) = oneshot::channel();
        let running = RunningCall {
            request_id: context.request_id.clone(),
            returned: sender,
        };
        *self.state.lock_running() = Some(running);
        // The receiver is in `self.state`, so it is not closed.
        let _ = self.calls.send(Call { event, context });
        returned
    }
}

async fn serve(listener: TcpListener, state: Arc<ApiState>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(|request| state.respond(request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // An error is the executable's: it closed the connection, or didn't speak HTTP.
            let _ = connection.await;
        });
    }
}

impl ApiState {
    async fn respond(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, crate::BoxError> {
        let (head, body) = request.into_parts();
        let path = head.uri.path().strip_prefix("/2018-06-01/runtime/");
        let segments: Vec<&str> = path.unwrap_or_default().split('/').collect();
        let response = match (&head.method, &segments[..]) {
            (&Method::GET, ["invocation", "next"]) => self.next_call().await?,
            (&Method::POST, ["invocation", request_id, "response"]) => {
                let body = body.collect().await?.to_bytes();
                self.finish(Some(request_id), Ok(body.into()))?
            }
            (&Method::POST, ["invocation", request_id, "error"]) => {
                let body = body.collect().await?.to_bytes();
                self.finish(Some(request_id), Err(diagnostic(&body)))?
            }
            (&Method::POST, ["init", "error"]) => {
                let body = body.collect().await?.to_bytes();
                self.finish(None, Err(diagnostic(&body)))?
            }
            _ => json(StatusCode::NOT_FOUND, "{}")?,
        };
        Ok(response)
    }

    async fn next_call(&self) -> http::Result<Response<Full<Bytes>>> {
        let Some(Call { event, context }) = self.calls.lock().await.recv().await else {
            return json(StatusCode::INTERNAL_SERVER_ERROR, "{}");
        };
        Response::builder()
            .header("Content-Type", "application/json")
            .header("Lambda-Runtime-Aws-Request-Id", context.request_id)
            .header("Lambda-Runtime-Deadline-Ms", context.deadline)
            .header(
                "Lambda-Runtime-Invoked-Function-Arn",
                context.invoked_function_arn,
            )
            .body(event.into())
    }

    /// Ends the running call. `request_id` is `None` if the executable failed to start.
    fn finish(
        &self,
        request_id: Option<&str>,
        result: FunctionResult,
    ) -> http::Result<Response<Full<Bytes>>> {
        let is_this =
            |running: &mut RunningCall| request_id.is_none_or(|id| id == running.request_id);
        let running = self.lock_running().take_if(is_this);
        match running.map(|running| running.returned.send(result)) {
            Some(Ok(())) => json(StatusCode::ACCEPTED, r#"{"status":"OK"}"#),
            _ => json(
                StatusCode::BAD_REQUEST,
                r#"{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}"#,
            ),
        }
    }

    /// Ignores poisoning: nothing that holds the lock can panic halfway.
    fn lock_running(&self) -> std::sync::MutexGuard<'_, Option<RunningCall>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn json(status: StatusCode, body: &'static str) -> http::Result<Response<Full<Bytes>>> {
    Response::builder()
        .status(status)
        .header("Content-Type", "application/json")
        .body(body.into())
}

fn diagnostic(body: &[u8]) -> Diagnostic {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    Diagnostic {
        error_type: text("errorType"),
        error_message: text("errorMessage"),
    }
}
