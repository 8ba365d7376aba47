//! Records of a Kinesis stream.
//!
//! Event shape: AWS Lambda Developer Guide, "Process Amazon Kinesis Data Streams records with
//! Lambda" (`with-kinesis.html`).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;
use serde_json::json;

use super::{EventSource, Kind, SimRecord, StreamRecord, sealed, shard_of};
use crate::testing::{mapping::settings::Settings, put::hash, put::sequence_number, time};

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

impl EventSource for PutRecord {}
impl StreamRecord for PutRecord {}

impl sealed::Sealed for PutRecord {
    const KIND: Kind = Kind::Kinesis;

    fn records(items: Vec<Self>, settings: &Settings) -> Vec<SimRecord> {
        let record = |(index, item): (usize, Self)| {
            let shard = shard_of(&hash::digest(item.partition_key.as_bytes()), settings);
            let shard_id = format!("shardId-{:012}", shard.number);
            let sequence_number = sequence_number::kinesis(index);
            let arrival = settings.arrival(index);
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
                "awsRegion": "us-east-1",
                "eventSourceARN": Kind::Kinesis.arn(),
            });
            SimRecord::new(
                sequence_number,
                Some(item.partition_key),
                shard_id,
                shard.lane,
                arrival,
                json,
            )
        };
        items.into_iter().enumerate().map(record).collect()
    }
}
