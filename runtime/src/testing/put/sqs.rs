//! Messages of an SQS queue.
//!
//! Event shape: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS" (`with-sqs.html`).

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    distribution::Distribution,
    hash,
    record::StoredRecord,
    source::{EventSource, QueueMessage, Sealed, SourceKind},
};
use crate::testing::account::REGION;

/// A message for [`EventSourceMapping::sqs`]: a body, and message attributes.
///
/// Text converts to it, so `["first", "second"]` are two messages.
///
/// [`EventSourceMapping::sqs`]: crate::testing::EventSourceMapping::sqs
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "SqsMessage")]
pub struct Message {
    body: String,
    attributes: BTreeMap<String, String>,
}

impl Message {
    /// A message whose body is text.
    #[must_use]
    pub fn new(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            attributes: BTreeMap::new(),
        }
    }

    /// A message whose body is JSON.
    ///
    /// # Panics
    ///
    /// The value can't be written as JSON: a map whose keys are not strings, for example.
    #[must_use]
    pub fn json(body: &impl Serialize) -> Self {
        match serde_json::to_string(body) {
            Ok(body) => Self::new(body),
            Err(error) => panic!("a message's body can't be written as JSON: {error}"),
        }
    }

    /// Adds a message attribute of the type `String`.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    fn record(
        self,
        kind: SourceKind,
        index: usize,
        distribution: &Distribution,
        group: Option<&str>,
    ) -> StoredRecord {
        let message_id = hash::uuid(&format!("message {index}"));
        let arrival = distribution.arrival(index);
        let mut attributes = json!({
            "ApproximateReceiveCount": "1",
            "SentTimestamp": arrival.to_string(),
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": arrival.to_string(),
        });
        if let Some(group) = group {
            attributes["MessageGroupId"] = json!(group);
            attributes["MessageDeduplicationId"] = json!(hash::hex(self.body.as_bytes()));
            let number = 18_849_496_460_467_696_128 + index as u128 * 256;
            attributes["SequenceNumber"] = json!(number.to_string());
        }
        let message_attributes: serde_json::Map<String, Value> = self
            .attributes
            .iter()
            .map(|(name, value)| {
                let value = json!({
                    "stringValue": value,
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": "String",
                });
                (name.clone(), value)
            })
            .collect();
        let json = json!({
            "messageId": message_id,
            "receiptHandle": receipt_handle(&message_id, 1),
            "body": self.body,
            "attributes": attributes,
            "messageAttributes": message_attributes,
            "md5OfBody": hash::hex(self.body.as_bytes()),
            "eventSource": "aws:sqs",
            "eventSourceARN": kind.arn(),
            "awsRegion": REGION,
        });
        let queue = kind.arn().rsplit(':').next().unwrap_or_default();
        let group = group.map(str::to_owned);
        StoredRecord::new(message_id, group, queue.to_owned(), 0, arrival, json)
    }
}

impl<B: Into<String>> From<B> for Message {
    fn from(body: B) -> Self {
        Self::new(body)
    }
}

/// A message for [`EventSourceMapping::fifo`]: a message group, a body, and message attributes.
///
/// A pair of texts converts to it: `[("customer 1", "first"), ("customer 2", "second")]` are two
/// messages.
///
/// [`EventSourceMapping::fifo`]: crate::testing::EventSourceMapping::fifo
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "SqsMessage")]
pub struct FifoMessage {
    group: String,
    message: Message,
}

impl FifoMessage {
    /// A message in a message group.
    #[must_use]
    pub fn new(group: impl Into<String>, message: impl Into<Message>) -> Self {
        Self {
            group: group.into(),
            message: message.into(),
        }
    }
}

impl<G: Into<String>, M: Into<Message>> From<(G, M)> for FifoMessage {
    fn from((group, message): (G, M)) -> Self {
        Self::new(group, message)
    }
}

impl EventSource for Message {}
impl QueueMessage for Message {}
impl EventSource for FifoMessage {}
impl QueueMessage for FifoMessage {}

impl Sealed for Message {
    const KIND: SourceKind = SourceKind::Sqs;

    fn store(items: Vec<Self>, distribution: &Distribution) -> Vec<StoredRecord> {
        let record =
            |(index, item): (usize, Self)| item.record(SourceKind::Sqs, index, distribution, None);
        items.into_iter().enumerate().map(record).collect()
    }
}

impl Sealed for FifoMessage {
    const KIND: SourceKind = SourceKind::Fifo;

    fn store(items: Vec<Self>, distribution: &Distribution) -> Vec<StoredRecord> {
        let record = |(index, item): (usize, Self)| {
            let Self { group, message } = item;
            message.record(SourceKind::Fifo, index, distribution, Some(&group))
        };
        items.into_iter().enumerate().map(record).collect()
    }
}

/// A message's JSON in an event: `receives` is its receive count, and `first` the time of the first
/// receive in milliseconds since 1970.
pub(crate) fn received(record: &StoredRecord, receives: u32, first: u64) -> Value {
    let mut json = record.json.clone();
    json["receiptHandle"] = json!(receipt_handle(&record.identifier, receives));
    json["attributes"]["ApproximateReceiveCount"] = json!(receives.to_string());
    json["attributes"]["ApproximateFirstReceiveTimestamp"] = json!(first.to_string());
    json
}

/// Each receive of a message has its own receipt handle.
fn receipt_handle(message_id: &str, receives: u32) -> String {
    let parts =
        (0..9).flat_map(|part| hash::digest(format!("{message_id} {receives} {part}").as_bytes()));
    let bytes: Vec<u8> = parts.collect();
    format!("AQEB{}", BASE64_STANDARD.encode(bytes))
}
