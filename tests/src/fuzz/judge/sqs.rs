//! SQS messages.

use std::{borrow::Cow, time::SystemTime};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;
use stream_handler::sqs::{AttributeValue, MessageAttribute};

use super::{
    Expected, Fields, Foreign, Identifier, Lane, NoOpinion, Opinion, own,
    read::{Pairs, object, text, time},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<'a> {
    #[serde(borrow)]
    message_id: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow, alias = "EventSource")]
    event_source: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventSourceARN")]
    event_source_arn: Option<&'a RawValue>,
}

#[derive(Debug)]
pub(in super::super) struct Sqs<'a> {
    pub(in super::super) message_id: Cow<'a, str>,
    pub(in super::super) event_source_arn: Option<Cow<'a, str>>,
    pub(in super::super) body: Cow<'a, str>,
    pub(in super::super) sender_id: Option<Cow<'a, str>>,
    pub(in super::super) sent: Option<SystemTime>,
    pub(in super::super) message_group_id: Option<Cow<'a, str>>,
    pub(in super::super) receipt_handle: Opinion<Option<Cow<'a, str>>>,
    /// The attributes that a sender gave, [`NAMES`].
    pub(in super::super) message_attributes: [Opinion<Option<MessageAttribute>>; 2],
}

/// The message attributes that are compared.
pub(in super::super) const NAMES: [&str; 2] = ["colour", "bytes"];

pub(super) fn record(json: &str) -> Result<Option<Expected<'_>>, Foreign> {
    let Some(outer) = object::<Outer<'_>>(json) else {
        return Ok(None);
    };
    own(outer.event_source, "aws:sqs")?;
    let arn = outer.event_source_arn.and_then(text);
    let attributes = outer.attributes.map(RawValue::get);
    let attributes = attributes.and_then(|json| serde_json::from_str::<Pairs<'_>>(json).ok());
    // The last of several, as in most readers.
    let attribute = |name: &str| {
        let mut pairs = attributes.iter().flat_map(|Pairs(pairs)| pairs).rev();
        text(pairs.find(|(key, _)| text(key).as_deref() == Some(name))?.1)
    };
    let is_fifo = arn
        .as_deref()
        .map(|arn| arn.strip_suffix(".fifo").is_some());
    let group = attribute("MessageGroupId");
    let lane = match (is_fifo, &group) {
        (Some(false), _) | (None, None) => Lane::Free,
        (_, Some(group)) => Lane::Key(group.clone()),
        (Some(true), None) => Lane::Unknown,
    };
    let fields = || {
        let [handle, attributes] = members(json, ["receiptHandle", "messageAttributes"])?;
        Some(Fields::Sqs(Sqs {
            message_id: outer.message_id.and_then(text).unwrap_or_default(),
            event_source_arn: arn.clone(),
            body: text(outer.body?)?,
            sender_id: attribute("SenderId"),
            sent: attribute("SentTimestamp")
                .and_then(|millis| millis.parse().ok())
                .and_then(time),
            message_group_id: group.clone(),
            receipt_handle: handle.map(|handle| handle.and_then(text)),
            message_attributes: NAMES.map(|name| message_attribute(attributes?, name)),
        }))
    };
    Ok(Some(Expected {
        json,
        identifier: Identifier::text(outer.message_id),
        lane,
        is_readable: true,
        attempts: attribute("ApproximateReceiveCount").and_then(|count| count.parse().ok()),
        fields: fields(),
    }))
}

type Member<'a> = Opinion<Option<&'a RawValue>>;

/// Members of an object. What two of the same key mean is not settled.
fn members<'a, const N: usize>(json: &'a str, names: [&str; N]) -> Option<[Member<'a>; N]> {
    let Pairs(pairs) = serde_json::from_str(json).ok()?;
    let mut members = [Ok(None); N];
    for (key, value) in pairs {
        let key = text(key)?;
        for (name, member) in names.iter().zip(&mut members) {
            if key == *name {
                *member = match member {
                    Ok(None) => Ok(Some(value)),
                    _ => Err(NoOpinion),
                };
            }
        }
    }
    Some(members)
}

/// One of the attributes in `messageAttributes`. What is not as SQS writes it is not settled.
fn message_attribute(
    attributes: Option<&RawValue>,
    name: &str,
) -> Opinion<Option<MessageAttribute>> {
    let Some(attributes) = attributes.filter(|json| json.get() != "null") else {
        return Ok(None);
    };
    let [attribute] = members(attributes.get(), [name]).ok_or(NoOpinion)?;
    let Some(attribute) = attribute? else {
        return Ok(None);
    };
    let names = ["dataType", "stringValue", "binaryValue"];
    let [data_type, string, binary] = members(attribute.get(), names).ok_or(NoOpinion)?;
    let string_of = |member: Member<'_>| match member? {
        None => Ok(None),
        Some(json) if json.get() == "null" => Ok(None),
        Some(json) => text(json)
            .map(|text| Some(text.into_owned()))
            .ok_or(NoOpinion),
    };
    let value = match (string_of(string)?, string_of(binary)?) {
        (Some(text), None) => AttributeValue::Text(text),
        (None, Some(base64)) => {
            AttributeValue::Binary(BASE64_STANDARD.decode(base64).map_err(|_| NoOpinion)?)
        }
        _ => return Err(NoOpinion),
    };
    let data_type = string_of(data_type)?.ok_or(NoOpinion)?;
    Ok(Some(MessageAttribute::new(data_type, value)))
}
