//! Amazon SQS, standard and FIFO queues.
//!
//! In the AWS Lambda Developer Guide: [SQS], [error handling].
//!
//! [SQS]: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
//! [error handling]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

use std::{
    borrow::Cow,
    fmt,
    str::FromStr,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
    event::Origin,
    json::{kind, of_raw},
    source::{
        Lane, Reporting, Split,
        field::{Raw, Text, foreign, identifier, required},
        split::alike_at,
    },
};

/// Amazon SQS as an event source. The response names every unprocessed message.
///
/// After a failure in a FIFO queue the other messages of its group are not started and are reported
/// with it, so that the group stays in order. Their receive count grows although they were never
/// tried. Behind a message that always fails, they reach the dead-letter queue as well.
///
/// A queue counts as FIFO if its ARN ends in `.fifo`. Messages of standard queues may have a message
/// group too ([fair queues](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html)).
/// If the ARN is missing, a message with a group counts as FIFO: an unneeded order is harmless.
#[derive(Debug, Clone, Copy)]
pub enum Sqs {}

/// The fields of a message that are read before it is decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<'e> {
    #[serde(borrow)]
    message_id: Option<Raw<'e>>,
    #[serde(borrow)]
    body: Option<Raw<'e>>,
    #[serde(borrow)]
    attributes: Option<Raw<'e>>,
    // SNS writes `EventSource`. Without the alias, events of SNS would not be refused.
    #[serde(borrow, alias = "EventSource")]
    event_source: Option<Raw<'e>>,
    #[serde(borrow, rename = "eventSourceARN")]
    event_source_arn: Option<Raw<'e>>,
}

impl<'e> Envelope<'e> {
    /// One of the message's system attributes, all of which are strings.
    fn attribute(&self, name: &str) -> Option<Cow<'e, str>> {
        self.attributes?.member(name)?.string()
    }
}

of_raw!(Envelope: message_id, body, attributes, event_source, event_source_arn);

impl Source for Sqs {
    const NAME: &'static str = "SQS";
    const IDENTIFIER: &'static str = "messageId";
    const REPORTING: Reporting = Reporting::EachUnprocessed;
    type Envelope<'e> = Envelope<'e>;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        alike_at(event, "Records")
    }

    fn foreign<'a>(envelope: &'a Envelope<'_>) -> Option<Cow<'a, str>> {
        foreign(envelope.event_source, "aws:sqs")
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        identifier(envelope.message_id)
    }

    fn lane<'a>(envelope: &'a Envelope<'_>) -> Lane<'a> {
        let arn = envelope.event_source_arn.and_then(Raw::string);
        let fifo = arn.map(|arn| arn.ends_with(".fifo"));
        if fifo == Some(false) {
            return Lane::Free;
        }
        match envelope.attribute("MessageGroupId") {
            Some(group) => Lane::Key(group),
            // Every message of a FIFO queue has a group, so this message's group is unreadable.
            None if fifo == Some(true) => Lane::Unknown,
            None => Lane::Free,
        }
    }

    fn attempts(envelope: &Envelope<'_>) -> Option<u32> {
        envelope.attribute("ApproximateReceiveCount")?.parse().ok()
    }
}

/// One SQS message, with its body decoded into `T`.
///
/// ```
/// use stream_handler::{Json, sqs::SqsMessage, stream_handler};
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     id: u64,
/// }
///
/// #[stream_handler]
/// async fn on_order(order: SqsMessage<Json<Order>>) {
///     println!("order {}, delivery {:?}", order.body().id, order.approximate_receive_count());
/// }
/// ```
#[derive(Clone)]
pub struct SqsMessage<T> {
    origin: Origin,
    message_id: Text,
    event_source_arn: Text,
    body: T,
}

impl<T> SqsMessage<T> {
    /// Creates a message without an event, to call a record handler in a unit test.
    ///
    /// ```
    /// # use stream_handler::{Json, sqs::SqsMessage};
    /// let message = SqsMessage::new(Json(7)).with_message_id("m-1");
    /// assert_eq!(message.message_id(), "m-1");
    /// ```
    pub fn new(body: T) -> Self {
        Self {
            origin: Origin::none(),
            message_id: Text::Missing,
            event_source_arn: Text::Missing,
            body,
        }
    }

    /// Sets the message's identifier.
    #[must_use]
    pub fn with_message_id(mut self, id: &str) -> Self {
        self.message_id = Text::owned(id);
        self
    }

    /// Sets the message group.
    #[must_use]
    pub fn with_message_group_id(self, group: &str) -> Self {
        self.with_attribute("MessageGroupId", group)
    }

    /// Sets how often the message was received, including this delivery.
    #[must_use]
    pub fn with_approximate_receive_count(self, count: u32) -> Self {
        self.with_attribute("ApproximateReceiveCount", &count.to_string())
    }

    /// Sets a system attribute, such as `SenderId`.
    #[must_use]
    pub fn with_attribute(self, name: &str, value: &str) -> Self {
        self.with_value("attributes", name, value.into())
    }

    /// Sets a message attribute, which the sender gives a message.
    ///
    /// ```
    /// # use stream_handler::sqs::{MessageAttribute, SqsMessage};
    /// let colour = MessageAttribute::string("red");
    /// let message = SqsMessage::new("a body").with_message_attribute("colour", &colour);
    /// assert_eq!(message.message_attribute("colour")?, Some(colour));
    /// # Ok::<(), stream_handler::DecodeError>(())
    /// ```
    #[must_use]
    pub fn with_message_attribute(self, name: &str, attribute: &MessageAttribute) -> Self {
        let (field, value) = match &attribute.value {
            AttributeValue::Text(text) => ("stringValue", text.clone()),
            AttributeValue::Binary(bytes) => ("binaryValue", BASE64_STANDARD.encode(bytes)),
        };
        let attribute = json!({ "dataType": attribute.data_type, field: value });
        self.with_value("messageAttributes", name, attribute)
    }

    /// Sets a value in one of the objects of the message's JSON.
    fn with_value(mut self, object: &str, name: &str, value: Value) -> Self {
        let mut json: Map<String, Value> = serde_json::from_str(self.json()).unwrap_or_default();
        let values = json.entry(object).or_insert_with(|| json!({}));
        if let Value::Object(values) = values {
            values.insert(name.to_owned(), value);
        }
        // These fields may be ranges of the JSON that is about to be replaced.
        let text = |text: Option<&str>| text.map_or(Text::Missing, Text::owned);
        let event = self.origin.event();
        let message_id = text(self.message_id.get(event));
        let event_source_arn = text(self.event_source_arn.get(event));
        self.message_id = message_id;
        self.event_source_arn = event_source_arn;
        self.origin = Origin::alone(Value::Object(json).to_string());
        self
    }

    /// The message's body.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The message's body, owned.
    pub fn into_body(self) -> T {
        self.body
    }

    /// The message's identifier. Empty if the event has none, which SQS never sends.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.message_id.get(self.origin.event()).unwrap_or_default()
    }

    /// The ARN of the queue.
    #[must_use]
    pub fn event_source_arn(&self) -> Option<&str> {
        self.event_source_arn.get(self.origin.event())
    }

    /// A system attribute, such as `SenderId` or `AWSTraceHeader`; `None` if the message does not have
    /// it. This method and those below parse the message's JSON on each call.
    ///
    /// # Errors
    ///
    /// The attribute is not a string.
    pub fn attribute(&self, name: &str) -> Result<Option<Cow<'_, str>>, DecodeError> {
        match self.value_in("attributes", name)? {
            None => Ok(None),
            value => required_in(value, "attributes", name, "").map(Some),
        }
    }

    /// How often the message was received, including this delivery.
    #[must_use]
    pub fn approximate_receive_count(&self) -> Option<u32> {
        self.number("ApproximateReceiveCount")
    }

    /// When the message was sent, in milliseconds.
    #[must_use]
    #[doc(alias = "SentTimestamp")]
    pub fn sent_timestamp(&self) -> Option<SystemTime> {
        let millis = self.number("SentTimestamp")?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
    }

    /// The message group. Every message of a FIFO queue has one; messages of standard queues may.
    #[must_use]
    pub fn message_group_id(&self) -> Option<Cow<'_, str>> {
        self.attribute("MessageGroupId").ok()?
    }

    /// The handle that deletes the message or changes its visibility timeout.
    #[must_use]
    pub fn receipt_handle(&self) -> Option<Cow<'_, str>> {
        Raw::of(self.json()).member("receiptHandle")?.string()
    }

    /// A message attribute, which the sender gave the message; `None` if the message does not have
    /// it.
    ///
    /// # Errors
    ///
    /// The attribute's type is missing, or its value is missing or not a string, or a binary value is
    /// not base64.
    pub fn message_attribute(&self, name: &str) -> Result<Option<MessageAttribute>, DecodeError> {
        const OUTER: &str = "messageAttributes";
        let Some(attribute) = self.value_in(OUTER, name)? else {
            return Ok(None);
        };
        require_object(attribute, &format!("{OUTER}.{name}"))?;
        let text = |field: &str| {
            required_in(present(attribute.member(field)), OUTER, name, field).map(Cow::into_owned)
        };
        let value = if present(attribute.member("stringValue")).is_some() {
            AttributeValue::Text(text("stringValue")?)
        } else {
            let base64 = text("binaryValue")?;
            let bytes = BASE64_STANDARD.decode(base64).map_err(|error| {
                let what = format!("`{OUTER}.{name}.binaryValue` is not valid base64");
                DecodeError::new(what).because(error)
            })?;
            AttributeValue::Binary(bytes)
        };
        Ok(Some(MessageAttribute {
            data_type: text("dataType")?,
            value,
        }))
    }

    /// The message's JSON, for fields that have no method. Empty for a message without an event.
    #[must_use]
    pub fn json(&self) -> &str {
        self.origin.json()
    }

    fn number<N: FromStr>(&self, name: &str) -> Option<N> {
        self.attribute(name).ok()??.parse().ok()
    }

    /// A member of one of the objects in the message; `None` if it is missing or null.
    fn value_in(&self, object: &str, name: &str) -> Result<Option<Raw<'_>>, DecodeError> {
        let Some(object_json) = present(Raw::of(self.json()).member(object)) else {
            return Ok(None);
        };
        require_object(object_json, object)?;
        Ok(present(object_json.member(name)))
    }
}

fn require_object(json: Raw<'_>, name: &str) -> Result<(), DecodeError> {
    match kind(json.get()) {
        "an object" => Ok(()),
        other => {
            let what = format!("`{name}` is {other}, not an object");
            Err(DecodeError::new(what))
        }
    }
}

/// A value, unless it is null.
fn present(json: Option<Raw<'_>>) -> Option<Raw<'_>> {
    json.filter(|json| json.get() != "null")
}

/// A required string, or an error that names the missing field.
fn required_in<'e>(
    json: Option<Raw<'e>>,
    object: &str,
    name: &str,
    field: &str,
) -> Result<Cow<'e, str>, DecodeError> {
    let path = [object, name, field].join(".");
    required(json, path.trim_end_matches('.').to_owned())
}

/// A message attribute, which the sender gives a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, or one of these with a label, as in `Number.java.lang.Long`.
    pub data_type: String,
    /// The attribute's value.
    pub value: AttributeValue,
}

impl MessageAttribute {
    /// An attribute of any type, such as `Number.java.lang.Long`.
    #[must_use]
    pub fn new(data_type: impl Into<String>, value: AttributeValue) -> Self {
        Self {
            data_type: data_type.into(),
            value,
        }
    }

    /// An attribute of the type `String`.
    #[must_use]
    pub fn string(value: impl Into<String>) -> Self {
        Self::new("String", AttributeValue::Text(value.into()))
    }

    /// An attribute of the type `Binary`.
    #[must_use]
    pub fn binary(value: impl Into<Vec<u8>>) -> Self {
        Self::new("Binary", AttributeValue::Binary(value.into()))
    }
}

/// The value of a [`MessageAttribute`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttributeValue {
    /// A string, or a number in decimal.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

impl<T: Payload> Record for SqsMessage<T> {
    type Source = Sqs;

    fn decode(raw: RawRecord<'_, '_, Sqs>) -> Result<Self, DecodeError> {
        let (event, envelope) = (raw.event(), raw.envelope());
        let body = required(envelope.body, "body")?;
        Ok(Self {
            origin: raw.origin(),
            message_id: Text::new(event, envelope.message_id),
            event_source_arn: Text::new(event, envelope.event_source_arn),
            body: T::decode(Data::text(body))?,
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for SqsMessage<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqsMessage")
            .field("message_id", &self.message_id())
            .field("event_source_arn", &self.event_source_arn())
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
