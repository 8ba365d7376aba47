//! SNS notifications in the bodies of SQS messages.
//!
//! Shape: Amazon SNS Developer Guide, "Fanout Amazon SNS notifications to Amazon SQS queues"
//! (`sns-sqs-as-subscriber.html`), and "Amazon SNS message and JSON formats"
//! (`sns-message-and-json-formats.html`).

use std::{borrow::Cow, fmt};

use serde::Deserialize;

use super::{
    Data, Payload,
    document::{Str, describe, text_at, value_at},
};
use crate::{DecodeError, json::mismatch::explain};

/// An SNS notification, as a topic's subscription puts it into the body of an SQS message. Its
/// `Message` is decoded into `P`.
///
/// ```
/// use stream_handler::{Json, sns::Sns, sqs::SqsMessage, stream_handler};
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     id: u64,
/// }
///
/// #[stream_handler]
/// async fn on_order(message: SqsMessage<Sns<Json<Order>>>) {
///     let notification = message.body();
///     println!("{:?}: order {}", notification.topic_arn(), notification.message().id);
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let event = serde_json::json!({ "Records": [{ "messageId": "1", "body": r#"{
/// #     "Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:123456789012:orders",
/// #     "Message": "{\"id\":7}" }"# }] });
/// # let batch = serde_json::from_str(&event.to_string()).unwrap();
/// # let event = stream_handler::LambdaEvent::new(batch, Default::default());
/// # assert!(on_order::batch(event).await.unwrap().batch_item_failures().is_empty());
/// # });
/// ```
///
/// If the subscription has *raw message delivery* enabled, the body is the message itself: take
/// `SqsMessage<Json<Order>>`. An unconfirmed subscription sends a `SubscriptionConfirmation`, which is
/// undecodable; the error says so.
#[derive(Clone)]
pub struct Sns<P> {
    json: String,
    message: P,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Notification<'a> {
    #[serde(borrow)]
    r#type: Option<Str<'a>>,
    #[serde(borrow)]
    message: Option<Str<'a>>,
}

impl<P> Sns<P> {
    /// Creates a notification with only a message, to call a record handler in a unit test.
    ///
    /// ```
    /// # use stream_handler::{Json, sns::Sns, sqs::SqsMessage};
    /// let message = SqsMessage::new(Sns::new(Json(7)));
    /// assert_eq!(message.body().message().0, 7);
    /// ```
    pub fn new(message: P) -> Self {
        Self {
            json: String::new(),
            message,
        }
    }

    /// The published message.
    pub fn message(&self) -> &P {
        &self.message
    }

    /// The published message, owned.
    pub fn into_message(self) -> P {
        self.message
    }

    /// The ARN of the topic. This method and those below read the notification's JSON on each call.
    #[must_use]
    pub fn topic_arn(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "TopicArn")
    }

    /// The identifier that SNS gave the message. All subscriptions of the topic get the same one.
    #[must_use]
    pub fn message_id(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "MessageId")
    }

    /// The subject, if the message was published with one.
    #[must_use]
    pub fn subject(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "Subject")
    }

    /// When the message was published, as in `2026-01-02T12:45:07.000Z`.
    #[must_use]
    pub fn timestamp(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "Timestamp")
    }

    /// An attribute that the message was published with.
    #[must_use]
    pub fn message_attribute(&self, name: &str) -> Option<MessageAttribute<'_>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Attribute<'a> {
            #[serde(borrow)]
            r#type: Str<'a>,
            #[serde(borrow)]
            value: Str<'a>,
        }
        let attributes = value_at(&self.json, "MessageAttributes")?;
        let attribute = value_at(attributes.get(), name)?;
        let attribute: Attribute<'_> = serde_json::from_str(attribute.get()).ok()?;
        Some(MessageAttribute {
            data_type: attribute.r#type.0,
            value: attribute.value.0,
        })
    }

    /// The notification's JSON, for fields that have no method. Empty for a notification made by
    /// [`new`](Self::new).
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }
}

/// An attribute that a message was published with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageAttribute<'a> {
    /// `String`, `String.Array`, `Number` or `Binary`.
    pub data_type: Cow<'a, str>,
    /// The attribute's value: JSON for a `String.Array`, base64 for a `Binary`.
    pub value: Cow<'a, str>,
}

// Keeps the list of payloads in error messages short.
#[diagnostic::do_not_recommend]
impl<P: Payload> Payload for Sns<P> {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        let json = String::decode(data)?;
        let message = P::decode(Data::text(message(&json)?)).map_err(|error| {
            DecodeError::new("`Message` of the SNS notification can't be decoded").because(error)
        })?;
        Ok(Self { json, message })
    }
}

/// The `Message` of a notification.
fn message(json: &str) -> Result<Cow<'_, str>, DecodeError> {
    match serde_json::from_str(json) {
        Ok(Notification {
            r#type: Some(Str(kind)),
            message: Some(Str(message)),
        }) if kind == "Notification" => Ok(message),
        Ok(_) => Err(DecodeError::new(unexpected(json))),
        Err(error) => {
            let what = unexpected(json);
            Err(explain::<Notification<'_>>(json.as_bytes(), &what, error))
        }
    }
}

/// Why a JSON document is not a notification.
fn unexpected(json: &str) -> String {
    let kind = text_at(json, "Type").unwrap_or_default();
    if kind == "Notification" {
        let problem = match value_at(json, "Message") {
            None => "missing",
            Some(_) => "not a valid string",
        };
        return format!("`Message` of the SNS notification is {problem}");
    }
    if kind == "SubscriptionConfirmation" || kind == "UnsubscribeConfirmation" {
        return format!(
            "`Type` is `{kind}`, not `Notification`: SNS asks to confirm it, by a visit to the \
             `SubscribeURL` in the message"
        );
    }
    format!(
        "the payload is not an SNS notification, it is {}. If the subscription has raw message \
         delivery enabled, the payload is the message itself: take it without `Sns`",
        describe(json)
    )
}

impl<P: fmt::Debug> fmt::Debug for Sns<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sns")
            .field("topic_arn", &self.topic_arn())
            .field("message_id", &self.message_id())
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}
