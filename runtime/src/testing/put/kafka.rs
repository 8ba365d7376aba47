//! Records of a Kafka topic.
//!
//! Event shape: AWS Lambda Developer Guide, "Using Lambda with Amazon MSK" (`with-msk.html`).

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    distribution::Distribution,
    hash,
    record::StoredRecord,
    source::{EventSource, Sealed, SourceKind},
};

/// The offset of the first record in a partition. Not 0, since old records of a real topic are
/// usually deleted.
const FIRST_OFFSET: u64 = 100;

/// A record for [`EventSourceMapping::kafka`]: a value, and optionally a key, headers and a
/// partition.
///
/// Text and bytes convert to it, so `["first", "second"]` are two records. If you don't set a
/// partition, the key determines it. Records without a key go to the partitions in turn.
///
/// [`EventSourceMapping::kafka`]: crate::testing::EventSourceMapping::kafka
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "KafkaRecord")]
pub struct TopicRecord {
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Vec<u8>)>,
    partition: Option<usize>,
}

impl TopicRecord {
    /// A record whose value is bytes or text.
    #[must_use]
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self {
            key: None,
            value: Some(value.into()),
            headers: Vec::new(),
            partition: None,
        }
    }

    /// A record whose value is JSON.
    ///
    /// # Panics
    ///
    /// The value can't be written as JSON: a map whose keys are not strings, for example.
    #[must_use]
    pub fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(value) => Self::new(value),
            Err(error) => panic!("a record's value can't be written as JSON: {error}"),
        }
    }

    /// A tombstone: a record with a key and no value, which deletes the key in a compacted topic.
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

    /// Sets the partition, from 0. A partition beyond the topic's last one is taken modulo the
    /// number of partitions.
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

impl Sealed for TopicRecord {
    const KIND: SourceKind = SourceKind::Kafka;

    fn store(items: Vec<Self>, distribution: &Distribution) -> Vec<StoredRecord> {
        let partitions = distribution.partitions;
        let mut offsets = HashMap::new();
        let record = |(index, item): (usize, Self)| {
            let by_key = || {
                let key = item.key.as_ref()?;
                Some(usize::from(hash::digest(key)[15]))
            };
            let partition = item.partition.or_else(by_key).unwrap_or(index) % partitions;
            let offset = offsets.entry(partition).or_insert(FIRST_OFFSET);
            let arrival = distribution.arrival(index);
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
            let poller = partition % distribution.consumers;
            // Kafka orders by partition, not by key.
            StoredRecord::new(
                identifier,
                Some(place.clone()),
                place,
                poller,
                arrival,
                json,
            )
        };
        items.into_iter().enumerate().map(record).collect()
    }
}

/// A header's value is an array of signed bytes, as in Java.
fn header((name, value): &(String, Vec<u8>)) -> Value {
    let bytes: Vec<i8> = value
        .iter()
        .map(|byte| i8::from_ne_bytes([*byte]))
        .collect();
    json!({ name: bytes })
}

/// The event that contains these records.
pub(crate) fn event<'a>(records: impl Iterator<Item = &'a StoredRecord>) -> Value {
    let mut partitions = serde_json::Map::new();
    for record in records {
        let partition = partitions.entry(&record.place).or_insert_with(|| json!([]));
        if let Value::Array(partition) = partition {
            partition.push(record.json.clone());
        }
    }
    json!({
        "eventSource": "aws:kafka",
        "eventSourceArn": SourceKind::Kafka.arn(),
        "bootstrapServers": "b-1.orders.c4f5.kafka.us-east-1.amazonaws.com:9092,\
                             b-2.orders.c4f5.kafka.us-east-1.amazonaws.com:9092",
        "records": partitions,
    })
}
