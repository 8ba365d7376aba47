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

use crate::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
    event::{Origin, alike_at, kind},
    json::of_raw,
    source::{
        Lane, Report, Split,
        field::{Raw, Text, foreign, identifier, required},
    },
};

/// SQS: each message that is not done is reported. In a FIFO queue a failed message stops its
/// message group, and the rest of the group is reported with it, so that it keeps its order.
///
/// A queue is FIFO when its ARN ends in `.fifo`. A message group alone doesn't tell: messages of
/// standard queues may have one too ("Amazon SQS fair queues"). If there is no ARN it does, since
/// order kept in vain loses nothing.
#[derive(Debug, Clone, Copy)]
pub enum Sqs {}

/// What is read of each message before it is decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<'e> {
    #[serde(borrow)]
    message_id: Option<Raw<'e>>,
    #[serde(borrow)]
    body: Option<Raw<'e>>,
    #[serde(borrow)]
    attributes: Option<Raw<'e>>,
    // SNS writes it with a capital: an event of another source is to be known for one.
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
    const REPORT: Report = Report::EachUndone;
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
            // Messages of a FIFO queue all have a group; this one's can't be read.
            None if fifo == Some(true) => Lane::Unknown,
            None => Lane::Free,
        }
    }

    fn attempts(envelope: &Envelope<'_>) -> Option<u32> {
        envelope.attribute("ApproximateReceiveCount")?.parse().ok()
    }
}

/// One SQS message, its body decoded into `T`.
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
    /// A message that is part of no event, to call a handler with in a unit test.
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

    /// The message with another identifier.
    #[must_use]
    pub fn with_message_id(mut self, id: &str) -> Self {
        self.message_id = Text::owned(id);
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

    /// The message's identifier. Empty if the event has none, which SQS itself never does.
    #[must_use]
    pub fn message_id(&self) -> &str {
        self.message_id.get(self.origin.event()).unwrap_or_default()
    }

    /// The ARN of the queue.
    #[must_use]
    pub fn event_source_arn(&self) -> Option<&str> {
        self.event_source_arn.get(self.origin.event())
    }

    /// A system attribute, such as `SenderId` or `AWSTraceHeader`; `None` if the message has no such
    /// attribute. Read from the message's JSON when called, like everything below.
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

    /// How often the message was received, this time included.
    #[must_use]
    pub fn approximate_receive_count(&self) -> Option<u32> {
        self.number("ApproximateReceiveCount")
    }

    /// When the message was sent, to the millisecond.
    #[must_use]
    pub fn sent(&self) -> Option<SystemTime> {
        let millis = self.number("SentTimestamp")?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
    }

    /// The message group: of every message in a FIFO queue, and of some in standard queues.
    #[must_use]
    pub fn message_group_id(&self) -> Option<Cow<'_, str>> {
        self.attribute("MessageGroupId").ok()?
    }

    /// The handle to delete the message by, or to change its visibility timeout.
    #[must_use]
    pub fn receipt_handle(&self) -> Option<Cow<'_, str>> {
        Raw::of(self.json()).member("receiptHandle")?.string()
    }

    /// An attribute that the sender gave the message; `None` if the message has no such attribute.
    ///
    /// # Errors
    ///
    /// The attribute has no type, or its value is missing, is not a string or not base64.
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

    /// The message's own JSON, with all that has no method here. Empty for a message that is part of
    /// no event.
    #[must_use]
    pub fn json(&self) -> &str {
        self.origin.json()
    }

    fn number<N: FromStr>(&self, name: &str) -> Option<N> {
        self.attribute(name).ok()??.parse().ok()
    }

    /// The value at a name in one of the message's objects, unless it is missing or null.
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

/// A string that must be there, or the error that names it.
fn required_in<'e>(
    json: Option<Raw<'e>>,
    object: &str,
    name: &str,
    field: &str,
) -> Result<Cow<'e, str>, DecodeError> {
    let path = [object, name, field].join(".");
    required(json, path.trim_end_matches('.').to_owned())
}

/// An attribute that the sender gave a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, or one of these with a label, as in `Number.java.lang.Long`.
    pub data_type: String,
    /// Its value.
    pub value: AttributeValue,
}

/// The value of a [`MessageAttribute`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// A string, or a number as SQS carries it: in decimal.
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
