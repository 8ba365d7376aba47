//! Records of a `DynamoDB` stream.
//!
//! Event shape: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon `DynamoDB`"
//! (`with-ddb.html`).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    distribution::Distribution,
    hash,
    record::StoredRecord,
    sequence_number,
    source::{EventSource, Sealed, SourceKind, StreamRecord},
};
use crate::testing::account::REGION;

/// A change of an item in a `DynamoDB` table, for [`EventSourceMapping::dynamodb`]. The stream has
/// the view type `NEW_AND_OLD_IMAGES`.
///
/// Keys and attributes are values that serialise to a JSON object. Their values become
/// `DynamoDB`'s: a string becomes `S`, a number `N`, an array `L`, an object `M`, and so on. An
/// image has the keys and the other attributes.
///
/// [`EventSourceMapping::dynamodb`]: crate::testing::EventSourceMapping::dynamodb
///
/// ```
/// use serde_json::json;
/// use stream_handler::testing::ItemChange;
///
/// let key = json!({"id": "a"});
/// let changes = [
///     ItemChange::insert(&key, &json!({"total": 1})),
///     ItemChange::modify(&key, &json!({"total": 1}), &json!({"total": 2})),
///     ItemChange::remove(&key, &json!({"total": 2})),
/// ];
/// ```
#[derive(Debug, Clone, PartialEq)]
#[doc(alias = "DynamoDbRecord")]
pub struct ItemChange {
    event_name: &'static str,
    keys: Map<String, Value>,
    old_image: Option<Map<String, Value>>,
    new_image: Option<Map<String, Value>>,
}

impl ItemChange {
    /// An item was inserted: its keys, and its other attributes.
    ///
    /// # Panics
    ///
    /// The keys or the attributes don't serialise to a JSON object.
    #[must_use]
    pub fn insert(keys: &impl Serialize, new: &impl Serialize) -> Self {
        Self::new("INSERT", keys, None, Some(attributes(new)))
    }

    /// An item was modified: its keys, and its other attributes before and after.
    ///
    /// # Panics
    ///
    /// The keys or the attributes don't serialise to a JSON object.
    #[must_use]
    pub fn modify(keys: &impl Serialize, old: &impl Serialize, new: &impl Serialize) -> Self {
        Self::new("MODIFY", keys, Some(attributes(old)), Some(attributes(new)))
    }

    /// An item was removed: its keys, and its other attributes before.
    ///
    /// # Panics
    ///
    /// The keys or the attributes don't serialise to a JSON object.
    #[must_use]
    pub fn remove(keys: &impl Serialize, old: &impl Serialize) -> Self {
        Self::new("REMOVE", keys, Some(attributes(old)), None)
    }

    fn new(
        event_name: &'static str,
        keys: &impl Serialize,
        old: Option<Map<String, Value>>,
        new: Option<Map<String, Value>>,
    ) -> Self {
        let keys = attributes(keys);
        let image = |mut attributes: Map<String, Value>| {
            attributes.extend(keys.clone());
            attributes
        };
        Self {
            event_name,
            old_image: old.map(image),
            new_image: new.map(image),
            keys,
        }
    }
}

/// The fields of a JSON object as `DynamoDB` writes attributes.
fn attributes(object: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(object) {
        Ok(Value::Object(object)) => object
            .into_iter()
            .map(|(name, value)| (name, attribute(value)))
            .collect(),
        Ok(other) => panic!("an item's attributes must be a JSON object, not {other}"),
        Err(error) => panic!("an item's attributes can't be written as JSON: {error}"),
    }
}

fn attribute(value: Value) -> Value {
    match value {
        Value::Null => json!({"NULL": true}),
        Value::Bool(bool) => json!({"BOOL": bool}),
        Value::Number(number) => json!({"N": number.to_string()}),
        Value::String(string) => json!({"S": string}),
        Value::Array(list) => {
            json!({"L": list.into_iter().map(attribute).collect::<Vec<_>>()})
        }
        Value::Object(map) => json!({"M": attributes(&map)}),
    }
}

impl EventSource for ItemChange {}
impl StreamRecord for ItemChange {}

impl Sealed for ItemChange {
    const KIND: SourceKind = SourceKind::DynamoDb;

    fn store(items: Vec<Self>, distribution: &Distribution) -> Vec<StoredRecord> {
        let record = |(index, item): (usize, Self)| {
            let keys = json!(item.keys).to_string();
            let shard = distribution.shard(&hash::digest(keys.as_bytes()));
            let suffix = 0x8647_58bb_u32.wrapping_add(u32::try_from(shard.number).unwrap_or(0));
            let shard_id = format!("shardId-00000001704067200000-{suffix:08x}");
            let sequence_number = sequence_number::dynamodb(index);
            let arrival = distribution.arrival(index);
            let mut change = json!({
                "ApproximateCreationDateTime": arrival / 1000,
                "Keys": item.keys,
                "SequenceNumber": sequence_number,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            });
            let mut size = keys.len();
            for (name, image) in [("NewImage", &item.new_image), ("OldImage", &item.old_image)] {
                if let Some(image) = image {
                    size += json!(image).to_string().len();
                    change[name] = json!(image);
                }
            }
            // An approximation: DynamoDB counts the bytes of names and values.
            change["SizeBytes"] = json!(size);
            let json = json!({
                "eventID": format!("{:032x}", index + 1),
                "eventName": item.event_name,
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": REGION,
                "dynamodb": change,
                "eventSourceARN": SourceKind::DynamoDb.arn(),
            });
            StoredRecord::new(
                sequence_number,
                Some(keys),
                shard_id,
                shard.poller,
                arrival,
                json,
            )
        };
        items.into_iter().enumerate().map(record).collect()
    }
}
