//! EventBridge events in the bodies of SQS messages.
//!
//! Shape: Amazon EventBridge User Guide, "AWS service event metadata"
//! (`eb-events-structure.html`).

use std::{borrow::Cow, fmt};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Data, Deserializable, Payload,
    document::{Str, describe, read, text_at, value_at},
};
use crate::{DecodeError, json::mismatch::explain};

/// An EventBridge event, as a rule whose target is a queue puts it into the body of an SQS
/// message; its `detail` is deserialised into `T`.
///
/// ```
/// use stream_handler::{eventbridge::EventBridge, sqs::SqsMessage, stream_handler};
///
/// #[derive(serde::Deserialize)]
/// #[serde(rename_all = "kebab-case")]
/// struct StateChange {
///     instance_id: String,
///     state: String,
/// }
///
/// #[stream_handler]
/// async fn on_change(message: SqsMessage<EventBridge<StateChange>>) {
///     let event = message.body();
///     println!("{:?}: {} is {}", event.time(), event.detail().instance_id, event.detail().state);
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let event = serde_json::json!({ "Records": [{ "messageId": "1", "body": r#"{
/// #     "source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification",
/// #     "detail": { "instance-id": "i-1234567890abcdef0", "state": "terminated" } }"# }] });
/// # let batch = serde_json::from_str(&event.to_string()).unwrap();
/// # let event = stream_handler::LambdaEvent::new(batch, Default::default());
/// # assert!(on_change::batch(event).await.unwrap().batch_item_failures().is_empty());
/// # });
/// ```
///
/// A rule sends such events by default. With an input transformer, an input path or a constant, the
/// body has another shape: take it as `Json<T>`.
#[derive(Clone)]
pub struct EventBridge<T> {
    json: String,
    detail: T,
}

impl<T> EventBridge<T> {
    /// Creates an event with only a detail, to call a record handler in a unit test.
    ///
    /// ```
    /// # use stream_handler::{eventbridge::EventBridge, sqs::SqsMessage};
    /// let message = SqsMessage::new(EventBridge::new(7));
    /// assert_eq!(*message.body().detail(), 7);
    /// ```
    pub fn new(detail: T) -> Self {
        Self {
            json: String::new(),
            detail,
        }
    }

    /// The event's `detail`.
    pub fn detail(&self) -> &T {
        &self.detail
    }

    /// The event's `detail`, owned.
    pub fn into_detail(self) -> T {
        self.detail
    }

    /// The kind of event, such as `EC2 Instance State-change Notification`. This method and those
    /// below read the event's JSON on each call.
    #[must_use]
    pub fn detail_type(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "detail-type")
    }

    /// The service or application that sent the event, such as `aws.ec2`.
    #[must_use]
    pub fn source(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "source")
    }

    /// The event's identifier.
    #[must_use]
    pub fn id(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "id")
    }

    /// The AWS account that the event is from.
    #[must_use]
    pub fn account(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "account")
    }

    /// The event's time according to its source, such as `2026-01-02T12:45:07Z`.
    #[must_use]
    pub fn time(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "time")
    }

    /// The region that the event is from.
    #[must_use]
    pub fn region(&self) -> Option<Cow<'_, str>> {
        text_at(&self.json, "region")
    }

    /// The ARNs of the resources that the event is about; often empty.
    #[must_use]
    pub fn resources(&self) -> Vec<Cow<'_, str>> {
        let resources = value_at(&self.json, "resources").map_or("[]", RawValue::get);
        let resources: Vec<Str<'_>> = serde_json::from_str(resources).unwrap_or_default();
        resources.into_iter().map(|Str(arn)| arn).collect()
    }

    /// The event's JSON, for fields that have no method. Empty for an event made by
    /// [`new`](Self::new).
    #[must_use]
    pub fn json(&self) -> &str {
        &self.json
    }
}

// Keeps the list of payloads in error messages short.
#[diagnostic::do_not_recommend]
impl<T: Deserializable> Payload for EventBridge<T> {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        let json = String::decode(data)?;
        let failed = || {
            let found = describe(&json);
            format!("the payload is not an EventBridge event, it is {found}")
        };
        let detail = match serde_json::from_str::<Outer<'_>>(&json) {
            Ok(event) => event.detail,
            Err(error) => return Err(explain::<Outer<'_>>(json.as_bytes(), &failed(), error)),
        };
        let Some(detail) = detail else {
            return Err(DecodeError::new(failed()).because("`detail` is missing or null"));
        };
        let failed = format!(
            "`detail` of the EventBridge event is not the JSON of a `{}`",
            std::any::type_name::<T>()
        );
        let detail = read(detail.get(), &failed)?;
        Ok(Self { json, detail })
    }
}

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
}

impl<T: fmt::Debug> fmt::Debug for EventBridge<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBridge")
            .field("source", &self.source())
            .field("detail_type", &self.detail_type())
            .field("id", &self.id())
            .field("detail", &self.detail)
            .finish_non_exhaustive()
    }
}
