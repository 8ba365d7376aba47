//! DynamoDB records. What images decode into is not judged here, but for the plainest: others are
//! read as in an event of the one record alone.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    time::SystemTime,
};

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use stream_handler::dynamodb::Change;

use super::{
    Expected, Fields, Foreign, Identifier, Lane, own,
    read::{Pairs, object, seconds, text},
};

/// An item, of any attributes.
pub(in super::super) type Item = BTreeMap<String, Value>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<'a> {
    #[serde(borrow)]
    event_name: Option<&'a RawValue>,
    #[serde(borrow, alias = "EventSource")]
    event_source: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventSourceARN")]
    event_source_arn: Option<&'a RawValue>,
    #[serde(borrow)]
    user_identity: Option<&'a RawValue>,
    #[serde(borrow)]
    dynamodb: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inner<'a> {
    #[serde(borrow)]
    sequence_number: Option<&'a RawValue>,
    #[serde(borrow)]
    approximate_creation_date_time: Option<&'a RawValue>,
    #[serde(borrow)]
    keys: Option<&'a RawValue>,
    #[serde(borrow)]
    new_image: Option<&'a RawValue>,
    #[serde(borrow)]
    old_image: Option<&'a RawValue>,
    #[allow(dead_code, reason = "there twice, it makes a record unreadable")]
    #[serde(borrow)]
    stream_view_type: Option<&'a RawValue>,
}

/// What a handler saw of a record that was alone in its event.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Seen {
    pub(in super::super) change: Change<Option<Item>>,
    /// `None` if they can't be decoded.
    pub(in super::super) keys: Option<Item>,
}

#[derive(Debug)]
pub(in super::super) struct DynamoDb<'a> {
    pub(in super::super) sequence_number: Cow<'a, str>,
    pub(in super::super) event_source_arn: Option<Cow<'a, str>>,
    pub(in super::super) table_name: Option<String>,
    pub(in super::super) approximate_creation_date_time: Option<SystemTime>,
    pub(in super::super) is_ttl_deletion: bool,
    /// The images that the change has.
    pub(in super::super) new_image: Option<Image<'a>>,
    pub(in super::super) old_image: Option<Image<'a>>,
    pub(in super::super) keys: Image<'a>,
    /// Once it is known from the record alone.
    pub(in super::super) seen: Option<Seen>,
}

/// An image's JSON, or that there is none.
pub(in super::super) type Image<'a> = Option<&'a RawValue>;

pub(super) fn record(json: &str) -> Result<Option<Expected<'_>>, Foreign> {
    let Some(outer) = object::<Outer<'_>>(json) else {
        return Ok(None);
    };
    let inner = match outer.dynamodb.map(|inner| object::<Inner<'_>>(inner.get())) {
        Some(None) => return Ok(None),
        None => None,
        Some(Some(inner)) => Some(inner),
    };
    own(outer.event_source, "aws:dynamodb")?;
    let sequence_number = inner.as_ref().and_then(|inner| inner.sequence_number);
    Ok(Some(Expected {
        json,
        identifier: Identifier::text(sequence_number),
        // A failure stops all that comes later, whatever its lane.
        lane: Lane::Unknown,
        is_readable: true,
        attempts: None,
        fields: inner.and_then(|inner| fields(&outer, &inner)),
    }))
}

fn fields<'a>(outer: &Outer<'a>, inner: &Inner<'a>) -> Option<Fields<'a>> {
    let (has_new, has_old) = match &*text(outer.event_name?)? {
        "INSERT" => (true, false),
        "MODIFY" => (true, true),
        "REMOVE" => (false, true),
        _ => return None,
    };
    let event_source_arn = outer.event_source_arn.and_then(text);
    let table_name = event_source_arn.as_deref().and_then(|arn| {
        let (_, path) = arn.split_once(":table/")?;
        path.split('/').next().map(str::to_owned)
    });
    Some(Fields::DynamoDb(Box::new(DynamoDb {
        sequence_number: inner.sequence_number.and_then(text).unwrap_or_default(),
        event_source_arn,
        table_name,
        approximate_creation_date_time: seconds(inner.approximate_creation_date_time),
        is_ttl_deletion: outer.user_identity.is_some_and(is_ttl_deletion),
        new_image: has_new.then_some(inner.new_image),
        old_image: has_old.then_some(inner.old_image),
        keys: inner.keys,
        seen: None,
    })))
}

fn is_ttl_deletion(identity: &RawValue) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Identity {
        r#type: Option<String>,
        principal_id: Option<String>,
    }
    // Not through `object`: an array of two strings is one by today's reader too.
    let identity: Option<Identity> = serde_json::from_str(identity.get()).ok();
    identity.is_some_and(|identity| {
        identity.r#type.as_deref() == Some("Service")
            && identity.principal_id.as_deref() == Some("dynamodb.amazonaws.com")
    })
}

/// What an image decodes into, if it has nothing but what every reader agrees about: strings,
/// booleans, nulls, integers that a double holds, lists and maps, no key of which is there twice.
pub(in super::super) fn model(image: &RawValue) -> Option<Item> {
    let Pairs(attributes) = serde_json::from_str(image.get()).ok()?;
    let mut seen = HashSet::new();
    let mut item = Item::new();
    for (name, attribute) in attributes {
        let name = text(name)?.into_owned();
        if !seen.insert(name.clone()) {
            return None;
        }
        item.insert(name, model_attribute(attribute)?);
    }
    Some(item)
}

/// The same by `serde_dynamo`, which must agree with the model.
pub(in super::super) fn by_serde_dynamo(image: &RawValue) -> Option<Item> {
    let item: serde_dynamo::Item = serde_json::from_str(image.get()).ok()?;
    serde_dynamo::from_item(item).ok()
}

fn model_attribute(attribute: &RawValue) -> Option<Value> {
    let Pairs(tags) = serde_json::from_str(attribute.get()).ok()?;
    let [(tag, value)] = tags[..] else {
        return None;
    };
    Some(match &*text(tag)? {
        "S" => Value::String(text(value)?.into_owned()),
        "BOOL" => Value::Bool(serde_json::from_str(value.get()).ok()?),
        "NULL" if value.get() == "true" => Value::Null,
        "N" => {
            let text = text(value)?;
            let number: i64 = text.parse().ok()?;
            let is_plain = number.unsigned_abs() < 1 << 53 && number.to_string() == text;
            is_plain.then(|| number.into())?
        }
        "L" => {
            let elements: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
            let elements = elements.into_iter().map(model_attribute);
            Value::Array(elements.collect::<Option<_>>()?)
        }
        "M" => Value::Object(model(value)?.into_iter().collect()),
        _ => return None,
    })
}
