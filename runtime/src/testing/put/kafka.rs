//! Records of a Kafka topic.
//!
//! Event shape: AWS Lambda Developer Guide, "Using Lambda with Amazon MSK" (`with-msk.html`).

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::{Value, json};

use super::{EventSource, Kind, SimRecord, sealed};
use crate::testing::{mapping::settings::Settings, put::hash};

/// The offset of the first record in a partition: topics seldom begin at 0.
const FIRST_OFFSET: u64 = 100;

/// A record produced to a Kafka topic: a value, and perhaps a key, headers and a partition.
///
/// Whatever becomes bytes is one: `["first", "second"]` are two records. Without a partition it
/// goes to one by its key, and without a key to one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicRecord {
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Vec<u8>)>,
    partition: Option<usize>,
}

impl TopicRecord {
    /// A record of bytes or text.
    #[must_use]
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self {
            key: None,
            value: Some(value.into()),
            headers: Vec::new(),
            partition: None,
        }
    }

    /// A record of JSON.
    ///
    /// # Panics
    ///
    /// The value can't be written as JSON: a map with keys that are no strings, say.
    #[must_use]
    pub fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(value) => Self::new(value),
            Err(error) => panic!("a record's value can't be written as JSON: {error}"),
        }
    }

    /// A tombstone: a key without a value, which deletes what had that key.
    #[must_use]
    pub fn tombstone(key: impl Into<Vec<u8>>) -> Self {
        Self {
            value: None,
            ..Self::new([]).key(key)
        }
    }

    /// Sets the key.
    #[must_use]
    pub fn key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the partition, from 0. Those that the topic doesn't have are counted from its first
    /// again.
    #[must_use]
    pub fn partition(mut self, partition: usize) -> Self {
        self.partition = Some(partition);
        self
    }
}

impl<V: Into<Vec<u8>>> From<V> for TopicRecord {
    fn from(value: V) -> Self {
        Self::new(value)
    }
}

impl EventSource for TopicRecord {}

impl sealed::Sealed for TopicRecord {
    const KIND: Kind = Kind::Kafka;

    fn records(items: Vec<Self>, settings: &Settings) -> Vec<SimRecord> {
        let partitions = settings.partitions;
        let mut offsets = HashMap::new();
        let record = |(index, item): (usize, Self)| {
            let by_key = || {
                let key = item.key.as_ref()?;
                Some(usize::from(hash::digest(key)[15]))
            };
            let partition = item.partition.or_else(by_key).unwrap_or(index) % partitions;
            let offset = offsets.entry(partition).or_insert(FIRST_OFFSET);
            let arrival = settings.arrival(index);
            let encoded =
                |bytes: &Option<Vec<u8>>| bytes.as_ref().map(|b| BASE64_STANDARD.encode(b));
            let headers: Vec<Value> = item.headers.iter().map(header).collect();
            let json = json!({
                "topic": "orders",
                "partition": partition,
                "offset": *offset,
                "timestamp": arrival,
                "timestampType": "CREATE_TIME",
                "key": encoded(&item.key),
                "value": encoded(&item.value),
                "headers": headers,
            });
            let place = format!("orders-{partition}");
            let identifier = format!("{place}:{offset}");
            *offset += 1;
            let lane = partition % settings.consumers;
            // Kafka keeps the order of a partition.
            SimRecord::new(identifier, Some(place.clone()), place, lane, arrival, json)
        };
        items.into_iter().enumerate().map(record).collect()
    }
}

/// A header's value is an array of bytes, signed as they are in Java.
fn header((name, value): &(String, Vec<u8>)) -> Value {
    let bytes: Vec<i8> = value
        .iter()
        .map(|byte| i8::from_ne_bytes([*byte]))
        .collect();
    json!({ name: bytes })
}

/// The event with these records.
pub(crate) fn event<'a>(records: impl Iterator<Item = &'a SimRecord>) -> Value {
    let mut partitions = serde_json::Map::new();
    for record in records {
        let partition = partitions.entry(&record.place).or_insert_with(|| json!([]));
        if let Value::Array(partition) = partition {
            partition.push(record.json.clone());
        }
    }
    json!({
        "eventSource": "aws:kafka",
        "eventSourceArn": Kind::Kafka.arn(),
        "bootstrapServers": "b-1.orders.c4f5.kafka.us-east-1.amazonaws.com:9092,\
                             b-2.orders.c4f5.kafka.us-east-1.amazonaws.com:9092",
        "records": partitions,
    })
}
