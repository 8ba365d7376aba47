//! What is put into a stream, and the event JSON that Lambda makes of it.
//!
//! Event shapes: AWS Lambda Developer Guide, "Process Amazon Kinesis Data Streams records with
//! Lambda" (`with-kinesis.html`) and "Using AWS Lambda with Amazon `DynamoDB`" (`with-ddb.html`).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{sequence_number, time};

/// What can be put into a stream: [`PutRecord`] into a Kinesis stream, [`ItemChange`] into a
/// `DynamoDB` stream.
pub trait StreamRecord: sealed::Sealed {}

impl StreamRecord for PutRecord {}
impl StreamRecord for ItemChange {}

/// A record put into a Kinesis stream, as by the API action `PutRecord`: bytes, and a partition
/// key (`"1"` unless another is given).
///
/// Whatever becomes bytes is one: `["first", "second"]` are two records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutRecord {
    data: Vec<u8>,
    partition_key: String,
}

impl PutRecord {
    /// A record of bytes or text.
    #[must_use]
    pub fn new(data: impl Into<Vec<u8>>) -> Self {
        Self {
            data: data.into(),
            partition_key: "1".to_owned(),
        }
    }

    /// A record of JSON.
    ///
    /// # Panics
    ///
    /// The value can't be written as JSON: a map with keys that are no strings, say.
    #[must_use]
    pub fn json(data: &impl Serialize) -> Self {
        match serde_json::to_vec(data) {
            Ok(data) => Self::new(data),
            Err(error) => panic!("a record's data can't be written as JSON: {error}"),
        }
    }

    /// Sets the partition key.
    #[must_use]
    pub fn partition_key(mut self, key: impl Into<String>) -> Self {
        self.partition_key = key.into();
        self
    }
}

impl<D: Into<Vec<u8>>> From<D> for PutRecord {
    fn from(data: D) -> Self {
        Self::new(data)
    }
}

/// A change of an item in a `DynamoDB` table, as its stream has it with the view type
/// `NEW_AND_OLD_IMAGES`.
///
/// Keys and attributes are given as anything that serialises to a JSON object; its values become
/// `DynamoDB`'s: a string `S`, a number `N`, an array `L`, an object `M`, and so on. An image is
/// the keys and the other attributes together.
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
pub struct ItemChange {
    event_name: &'static str,
    keys: Map<String, Value>,
    old_image: Option<Map<String, Value>>,
    new_image: Option<Map<String, Value>>,
}

impl ItemChange {
    /// An item was added: its keys, and its other attributes.
    ///
    /// # Panics
    ///
    /// Keys or attributes don't serialise to a JSON object; so for the two below.
    #[must_use]
    pub fn insert(keys: &impl Serialize, new: &impl Serialize) -> Self {
        Self::new("INSERT", keys, None, Some(attributes(new)))
    }

    /// An item's attributes changed: its keys, and its other attributes before and after.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert) does.
    #[must_use]
    pub fn modify(keys: &impl Serialize, old: &impl Serialize, new: &impl Serialize) -> Self {
        Self::new("MODIFY", keys, Some(attributes(old)), Some(attributes(new)))
    }

    /// An item was deleted: its keys, and its other attributes before.
    ///
    /// # Panics
    ///
    /// As [`insert`](Self::insert) does.
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

/// The attributes in a JSON object, each as `DynamoDB` writes it.
fn attributes(object: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(object) {
        Ok(Value::Object(object)) => object
            .into_iter()
            .map(|(name, value)| (name, attribute(value)))
            .collect(),
        Ok(other) => panic!("an item's attributes must be a JSON object, and are {other}"),
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

/// Where a stream is, in the words of events and documents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) shard_id: &'static str,
    pub(super) stream_arn: &'static str,
}

/// A record in a shard.
#[derive(Debug)]
pub(super) struct ShardRecord {
    pub(super) sequence_number: String,
    /// Milliseconds since 1970.
    pub(super) arrival: u64,
    /// The record's JSON in an event.
    pub(super) json: String,
}

impl ShardRecord {
    pub(super) fn new<S: StreamRecord>(record: &S, index: usize) -> Self {
        let sequence_number = S::sequence_number(index);
        let arrival = time::arrival(index);
        let json = record.event_json(index, &sequence_number, arrival);
        Self {
            json: json.to_string(),
            sequence_number,
            arrival,
        }
    }
}

/// The event that Lambda invokes the function with.
pub(super) fn event(records: &[ShardRecord]) -> Vec<u8> {
    let records: Vec<&str> = records.iter().map(|record| &*record.json).collect();
    format!(r#"{{"Records":[{}]}}"#, records.join(",")).into_bytes()
}

pub(super) mod sealed {
    use serde_json::Value;

    use super::Place;

    /// What the simulator needs to know of an event source.
    pub trait Sealed {
        /// The event source's name, for the report.
        const NAME: &'static str;
        /// The key of the batch in an on-failure document.
        const BATCH_INFO: &'static str;
        /// Where the stream is.
        #[expect(private_interfaces, reason = "the trait can't be named outside")]
        const PLACE: Place;
        /// Writes a time of an on-failure document from milliseconds since 1970.
        fn timestamp(millis: u64) -> String;
        /// The sequence number of a record, by its position in the stream.
        fn sequence_number(index: usize) -> String;
        /// The record in an event.
        fn event_json(&self, index: usize, sequence_number: &str, arrival: u64) -> Value;
    }
}

impl sealed::Sealed for PutRecord {
    const NAME: &'static str = "Kinesis";
    const BATCH_INFO: &'static str = "KinesisBatchInfo";
    #[expect(private_interfaces, reason = "the trait can't be named outside")]
    const PLACE: Place = Place {
        shard_id: "shardId-000000000000",
        stream_arn: "arn:aws:kinesis:us-east-1:123456789012:stream/orders",
    };

    fn timestamp(millis: u64) -> String {
        time::to_the_millisecond(millis)
    }

    fn sequence_number(index: usize) -> String {
        sequence_number::kinesis(index)
    }

    fn event_json(&self, _: usize, sequence_number: &str, arrival: u64) -> Value {
        let Place {
            shard_id,
            stream_arn,
        } = Self::PLACE;
        // Milliseconds since 1970 are exact in a float until long after the year 9999.
        #[expect(clippy::cast_precision_loss)]
        let arrival = arrival as f64 / 1000.0;
        json!({
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": self.partition_key,
                "sequenceNumber": sequence_number,
                "data": BASE64_STANDARD.encode(&self.data),
                "approximateArrivalTimestamp": arrival,
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": format!("{shard_id}:{sequence_number}"),
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": "arn:aws:iam::123456789012:role/orders-role",
            "awsRegion": "us-east-1",
            "eventSourceARN": stream_arn,
        })
    }
}

impl sealed::Sealed for ItemChange {
    const NAME: &'static str = "DynamoDB";
    const BATCH_INFO: &'static str = "DDBStreamBatchInfo";
    #[expect(private_interfaces, reason = "the trait can't be named outside")]
    const PLACE: Place = Place {
        shard_id: "shardId-00000001704067200000-864758bb",
        stream_arn: "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/\
                     2024-01-01T00:00:00.000",
    };

    fn timestamp(millis: u64) -> String {
        time::to_the_second(millis)
    }

    fn sequence_number(index: usize) -> String {
        sequence_number::dynamodb(index)
    }

    fn event_json(&self, index: usize, sequence_number: &str, arrival: u64) -> Value {
        let mut change = json!({
            "ApproximateCreationDateTime": arrival / 1000,
            "Keys": self.keys,
            "SequenceNumber": sequence_number,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        });
        let mut size = json!(self.keys).to_string().len();
        for (name, image) in [("NewImage", &self.new_image), ("OldImage", &self.old_image)] {
            if let Some(image) = image {
                size += json!(image).to_string().len();
                change[name] = json!(image);
            }
        }
        // Near enough: DynamoDB counts the bytes of names and values.
        change["SizeBytes"] = json!(size);
        json!({
            "eventID": format!("{:032x}", index + 1),
            "eventName": self.event_name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "us-east-1",
            "dynamodb": change,
            "eventSourceARN": Self::PLACE.stream_arn,
        })
    }
}
