//! How `batch` goes together with the Lambda runtime.

mod bodies;
mod concurrency;
mod payloads;

use std::{cell::RefCell, fmt::Debug, process::Command, rc::Rc, sync::Arc};

use serde_json::Value;
use stream_handler::{
    Batch, BatchError, BatchResponse, Context, LambdaEvent,
    dynamodb::DynamoDbRecord,
    kinesis::KinesisRecord,
    lambda_runtime::{Diagnostic, Service, service_fn, tower::ServiceExt as _},
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls, Source, events, invocation, reported, response_text, runtime_api::Returned,
};

#[stream_handler]
fn plain(record: KinesisRecord<String>) -> Result<(), String> {
    if record.data() == "bad" {
        Err("bad".into())
    } else {
        Ok(())
    }
}

#[stream_handler]
async fn borrowing(record: KinesisRecord<String>, calls: &Calls, #[context] context: &Context) {
    tokio::task::yield_now().await;
    calls.add(format!("{}{}", record.data(), context.request_id));
}

#[stream_handler]
async fn owning(message: SqsMessage<String>, calls: Arc<Calls>, #[context] _context: Context) {
    tokio::task::yield_now().await;
    calls.add(message.body());
}

#[stream_handler]
async fn of_object(record: DynamoDbRecord<()>, calls: &(dyn Debug + Sync)) -> Result<(), String> {
    tokio::task::yield_now().await;
    Err(format!("{record:?} {calls:?}"))
}

#[stream_handler]
async fn borrowing_twice(
    record: KinesisRecord<String>,
    first: &Calls,
    second: &Arc<Calls>,
    texts: &[String],
) {
    tokio::task::yield_now().await;
    first.add(record.data());
    tokio::task::yield_now().await;
    second.add(texts.concat());
}

/// The process of a Lambda function with this entry point.
fn function(entry: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entry-function"));
    command.arg(entry);
    for variable in [
        "AWS_LAMBDA_LOG_LEVEL",
        "AWS_LAMBDA_MAX_CONCURRENCY",
        "RUST_LOG",
    ] {
        command.env_remove(variable);
    }
    command
}

/// An event whose messages are identified by the invocation and their position. Each has its
/// identifier in its text as well, after a word that says what becomes of it.
fn messages(invocation: &str, words: &[&str]) -> Vec<u8> {
    let messages = words.iter().enumerate().map(|(position, word)| {
        let id = format!("{invocation}-{position}");
        Source::Sqs.record(&id, &format!("{word} {id}"))
    });
    events::event(messages).to_string().into_bytes()
}

/// The response that reports these messages.
fn response(invocation: &str, positions: &[usize]) -> Returned {
    let items: Vec<_> = positions
        .iter()
        .map(|position| format!("{invocation}-{position}"))
        .collect();
    Returned::Response(response_text(&items))
}

/// What `lambda_runtime::run` and `run_concurrent` ask of a handler.
fn as_lambda_asks<S, R>(service: S) -> S
where
    S: Service<LambdaEvent<Batch<R>>, Response = BatchResponse, Error = BatchError>,
    S: Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Diagnostic> + Debug,
{
    service
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn as_a_service() {
    let mut service = as_lambda_asks(service_fn(plain::batch));
    for _ in 0..2 {
        let event = invocation(&Source::Kinesis.event(&["a", "bad"]));
        let call = service.ready().await.unwrap().call(event);
        assert_eq!(reported(call).await, ["2"]);
    }
    let call = service
        .ready()
        .await
        .unwrap()
        .call(invocation(&Value::Null));
    let diagnostic = Diagnostic::from(call.await.unwrap_err());
    assert_eq!(diagnostic.error_type, "StreamHandler.InvalidEvent");
}

#[tokio::test]
async fn as_a_service_with_shared_values() {
    let calls = Arc::new(Calls::default());
    let shared = calls.clone();
    let service = as_lambda_asks(service_fn(move |event| {
        owning::batch(event, shared.clone())
    }));
    let event = invocation(&Source::Sqs.event(&["a", "b"]));
    let task = tokio::spawn(service.oneshot(event));
    assert!(reported(async { task.await.unwrap() }).await.is_empty());
    assert_eq!(calls.all(), ["a", "b"]);
}

/// Whatever lives as long as the process can be borrowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spawned_with_static_values() {
    static CALLS: std::sync::LazyLock<Calls> = std::sync::LazyLock::new(Calls::default);
    let event = |text| invocation(&Source::Kinesis.event(&[text]));
    let first = tokio::spawn(borrowing::batch(event("a"), &CALLS));
    let second = tokio::spawn(async move { borrowing::batch(event("b"), &CALLS).await });
    assert!(reported(async { first.await.unwrap() }).await.is_empty());
    assert!(reported(async { second.await.unwrap() }).await.is_empty());
    let mut calls = CALLS.all();
    calls.sort();
    assert_eq!(calls, ["a", "b"]);
}

#[tokio::test]
async fn futures_are_send() {
    let (calls, arc) = (Calls::default(), Arc::new(Calls::default()));
    let kinesis = Source::Kinesis.event(&["a"]);
    let response = reported(assert_send(borrowing::batch(invocation(&kinesis), &calls)));
    assert!(response.await.is_empty());

    let texts = ["t".to_owned()];
    let batch = assert_send(borrowing_twice::batch(
        invocation(&kinesis),
        &calls,
        &arc,
        &texts,
    ));
    assert!(reported(batch).await.is_empty());
    assert_eq!(arc.all(), ["t"]);

    let dynamodb = Source::DynamoDb.event(&["a"]);
    let batch = assert_send(of_object::batch(invocation(&dynamodb), &calls));
    assert_eq!(reported(batch).await, ["1"]);
}

#[stream_handler]
async fn not_send(message: SqsMessage<String>, seen: &RefCell<Vec<String>>, rc: Rc<str>) {
    let rc = rc.clone();
    tokio::task::yield_now().await;
    seen.borrow_mut().push(format!("{rc}{}", message.body()));
}

#[tokio::test]
async fn a_future_that_must_stay_on_its_thread() {
    let seen = RefCell::default();
    let event = Source::Sqs.event(&["1", "2"]);
    reported(not_send::batch(invocation(&event), &seen, Rc::from("#"))).await;
    assert_eq!(seen.into_inner(), ["#1", "#2"]);
}

#[tokio::test]
async fn outside_lambda_run_says_what_to_do() {
    let calls = Calls::default();
    let error = stream_handler::run(|event| borrowing::batch(event, &calls))
        .await
        .expect_err("no Lambda here");
    let text = "this is an AWS Lambda function, and it was not started by Lambda: \
                AWS_LAMBDA_RUNTIME_API is not set, or not as Lambda sets it.\n\
                To run it on this machine (`pip install cargo-lambda` installs the tool):\n\n    \
                cargo lambda watch\n\n\
                (in a workspace with `-p PACKAGE`), and in another terminal:\n\n    \
                cargo lambda invoke BIN --data-file event.json\n\n\
                To test it without Lambda, call the record handler itself, or its `batch`.";
    assert_eq!(error.to_string(), text);
    // What `main` prints.
    assert_eq!(format!("{error:?}"), text);
    assert!(std::error::Error::source(&error).is_none());
}

#[tokio::test]
async fn errors_tell_lambda_their_type() {
    fn assert_error<T: std::error::Error + Send + Sync + 'static>() {}
    assert_error::<BatchError>();
    assert_error::<stream_handler::Error>();
    assert_error::<stream_handler::EventError>();
    assert_error::<stream_handler::DecodeError>();

    let error = plain::batch(invocation(&r#"{"no": "event"}"#)).await;
    let error: BatchError = error.unwrap_err();
    let (error_type, message) = (error.error_type(), error.to_string());
    let diagnostic = Diagnostic::from(error);
    assert_eq!(diagnostic.error_type, error_type);
    assert_eq!(diagnostic.error_message, message);
}
