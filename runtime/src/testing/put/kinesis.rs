//! Records of a Kinesis stream.
//!
//! Event shape: AWS Lambda Developer Guide, "Process Amazon Kinesis Data Streams records with
//! Lambda" (`with-kinesis.html`).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::json;

use super::{
    distribution::Distribution,
    hash,
    record::StoredRecord,
    sequence_number,
    source::{EventSource, Sealed, SourceKind, StreamRecord},
};
use crate::testing::{account::REGION, time};

/// A record for [`EventSourceMapping::kinesis`], put by the API action of the same name: data, and a
/// partition key (default: `"1"`).
///
/// Text and bytes convert to it, so `["first", "second"]` are two records.
///
/// [`EventSourceMapping::kinesis`]: crate::testing::EventSourceMapping::kinesis
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "KinesisRecord")]
pub struct PutRecord {
    data: Vec<u8>,
    partition_key: String,
}

impl PutRecord {
    /// A record whose data is bytes or text.
    #[must_use]
    pub fn new(data: impl Into<Vec<u8>>) -> Self {
        Self {
            data: data.into(),
            partition_key: "1".to_owned(),
        }
    }

    /// A record whose data is JSON.
    ///
    /// # Panics
    ///
    /// The value can't be written as JSON: a map whose keys are not strings, for example.
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

impl EventSource for PutRecord {}
impl StreamRecord for PutRecord {}

impl Sealed for PutRecord {
    const KIND: SourceKind = SourceKind::Kinesis;

    fn store(items: Vec<Self>, distribution: &Distribution) -> Vec<StoredRecord> {
        let record = |(index, item): (usize, Self)| {
            let shard = distribution.shard(&hash::digest(item.partition_key.as_bytes()));
            let shard_id = format!("shardId-{:012}", shard.number);
            let sequence_number = sequence_number::kinesis(index);
            let arrival = distribution.arrival(index);
            let json = json!({
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": item.partition_key,
                    "sequenceNumber": sequence_number,
                    "data": BASE64_STANDARD.encode(&item.data),
                    "approximateArrivalTimestamp": time::seconds(arrival),
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": format!("{shard_id}:{sequence_number}"),
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::123456789012:role/orders-role",
                "awsRegion": REGION,
                "eventSourceARN": SourceKind::Kinesis.arn(),
            });
            StoredRecord::new(
                sequence_number,
                Some(item.partition_key),
                shard_id,
                shard.poller,
                arrival,
                json,
            )
        };
        items.into_iter().enumerate().map(record).collect()
    }
}
