//! What the tests share: events as AWS sends them, the responses to them, logs and panics.

#![allow(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "a test helper's panic is a failed test"
)]

pub mod cases;
pub mod events;
pub mod fuzz;
pub mod kpl;
pub mod logs;
pub mod panics;
pub mod runtime_api;

use std::{
    env,
    sync::Mutex,
    time::{Duration, SystemTime},
};

use serde_json::Value;
use stream_handler::{
    __private::without_layouts, Batch, BatchError, BatchResponse, Context, Event, LambdaEvent,
    lambda_runtime::Diagnostic,
};

/// An invocation with an event, read as Lambda's runtime reads it: from bytes. With `WITHOUT_LAYOUTS` in
/// the environment each record is read for itself.
pub fn invocation<R>(event: &impl ToString) -> LambdaEvent<Batch<R>> {
    let json = event.to_string();
    let event: Event = serde_json::from_slice(json.as_bytes()).expect("an event in JSON");
    let event = match env::var_os("WITHOUT_LAYOUTS") {
        Some(_) => without_layouts(event),
        None => event,
    };
    LambdaEvent::new(event.into(), Context::default())
}

/// An invocation whose deadline is this far away.
pub fn invocation_within<R>(event: &impl ToString, left: Duration) -> LambdaEvent<Batch<R>> {
    let mut invocation = invocation(event);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let deadline = now.expect("a time since 1970") + left;
    invocation.context.deadline = deadline.as_millis().try_into().expect("a time of ours");
    invocation
}

/// The response's JSON text, as Lambda gets it.
pub async fn respond(batch: impl Future<Output = Result<BatchResponse, BatchError>>) -> String {
    let response = batch.await.expect("a response");
    serde_json::to_string(&response).expect("a response in JSON")
}

/// The identifiers in the response, after a check that it holds those and nothing else.
pub async fn reported(
    batch: impl Future<Output = Result<BatchResponse, BatchError>>,
) -> Vec<String> {
    let text = respond(batch).await;
    let response: Value = serde_json::from_str(&text).expect("JSON");
    let items = identifiers(&response);
    assert_eq!(text, response_text(&items));
    items
}

/// The identifiers and the state in the response to an event of a window, after a check that it
/// holds those and nothing else.
pub async fn folded(
    batch: impl Future<Output = Result<BatchResponse, BatchError>>,
) -> (Vec<String>, Value) {
    let text = respond(batch).await;
    let mut response: Value = serde_json::from_str(&text).expect("JSON");
    let items = identifiers(&response);
    let fields = response.as_object_mut().expect("an object");
    assert_eq!(fields.len(), 2, "{text}");
    (items, fields.remove("state").expect("a state"))
}

fn identifiers(response: &Value) -> Vec<String> {
    let items = response["batchItemFailures"].as_array().expect("an array");
    let identifier = |item: &Value| item["itemIdentifier"].as_str().expect("a string").into();
    items.iter().map(identifier).collect()
}

/// The one right spelling of a response.
pub fn response_text(identifiers: &[impl AsRef<str>]) -> String {
    let items: Vec<String> = identifiers
        .iter()
        .map(|identifier| format!(r#"{{"itemIdentifier":"{}"}}"#, identifier.as_ref()))
        .collect();
    format!(r#"{{"batchItemFailures":[{}]}}"#, items.join(","))
}

/// What is reported to Lambda if an invocation fails as a whole.
pub async fn failure(batch: impl Future<Output = Result<BatchResponse, BatchError>>) -> Diagnostic {
    batch.await.expect_err("no response").into()
}

/// What a handler was called with, in order.
#[derive(Debug, Default)]
pub struct Calls(Mutex<Vec<String>>);

impl Calls {
    /// Adds a call.
    pub fn add(&self, call: impl Into<String>) {
        self.0.lock().expect("no panic in here").push(call.into());
    }

    /// All calls so far.
    pub fn all(&self) -> Vec<String> {
        self.0.lock().expect("no panic in here").clone()
    }
}

/// The sources whose response is a list of batch item failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Kinesis Data Streams.
    Kinesis,
    /// DynamoDB Streams.
    DynamoDb,
    /// A standard queue.
    Sqs,
}

impl Source {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Kinesis, Self::DynamoDb, Self::Sqs];

    /// A record with a text as its payload.
    pub fn record(self, identifier: &str, text: &str) -> Value {
        match self {
            Self::Kinesis => events::kinesis(identifier, text),
            Self::DynamoDb => events::insert(identifier, text),
            Self::Sqs => events::sqs(identifier, text),
        }
    }

    /// An event whose records are identified by their position, from 1.
    pub fn event(self, texts: &[&str]) -> Value {
        let records = texts.iter().zip(1..);
        events::event(records.map(|(text, position)| self.record(&position.to_string(), text)))
    }

    /// Where in a record its identifier is, as a JSON pointer.
    pub fn identifier(self) -> &'static str {
        match self {
            Self::Kinesis => "/kinesis/sequenceNumber",
            Self::DynamoDb => "/dynamodb/SequenceNumber",
            Self::Sqs => "/messageId",
        }
    }

    /// What messages call the source.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kinesis => "Kinesis",
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
        }
    }

    /// Whether a failure stops the batch.
    pub fn is_stream(self) -> bool {
        self != Self::Sqs
    }
}

/// An item whose one attribute is a text: what [`events::insert`] holds.
#[derive(Debug, serde::Deserialize)]
pub struct Item {
    /// The text.
    pub text: String,
}
