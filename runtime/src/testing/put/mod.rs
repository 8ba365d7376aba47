//! What is put into a stream, queue or topic, and the event JSON that Lambda makes of it.

#![expect(private_interfaces, reason = "the sealed trait can't be named outside")]

pub(crate) mod hash;
pub(crate) mod sequence_number;

mod dynamodb;
mod kafka;
mod kinesis;
mod sqs;

use serde_json::Value;

pub use self::{
    dynamodb::ItemChange,
    kafka::TopicRecord,
    kinesis::PutRecord,
    sqs::{FifoMessage, Message},
};
pub(crate) use self::{kafka::event as kafka_event, sqs::received};
use crate::testing::mapping::settings::Settings;

/// What an event source holds: [`PutRecord`]s in a Kinesis stream, [`ItemChange`]s in a `DynamoDB`
/// stream, [`Message`]s and [`FifoMessage`]s in queues, [`TopicRecord`]s in a Kafka topic.
pub trait EventSource: sealed::Sealed {}

/// An [`EventSource`] that is a stream with shards.
pub trait StreamRecord: EventSource {}

/// An [`EventSource`] that is a queue.
pub trait QueueMessage: EventSource {}

pub(crate) mod sealed {
    use super::{Kind, Settings, SimRecord};

    /// What the simulator needs to know of an event source.
    pub trait Sealed: Sized {
        const KIND: Kind;
        fn records(items: Vec<Self>, settings: &Settings) -> Vec<SimRecord>;
    }
}

/// The event sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Kinesis,
    DynamoDb,
    Sqs,
    Fifo,
    Kafka,
}

impl Kind {
    /// What the report calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kinesis => "Kinesis",
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
            Self::Fifo => "SQS FIFO",
            Self::Kafka => "Kafka",
        }
    }

    pub(crate) fn is_stream(self) -> bool {
        matches!(self, Self::Kinesis | Self::DynamoDb)
    }

    pub(crate) fn is_queue(self) -> bool {
        matches!(self, Self::Sqs | Self::Fifo)
    }

    /// What a record waits in.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Self::Kinesis | Self::DynamoDb => "stream",
            Self::Sqs | Self::Fifo => "queue",
            Self::Kafka => "topic",
        }
    }

    pub(crate) fn arn(self) -> &'static str {
        match self {
            Self::Kinesis => "arn:aws:kinesis:us-east-1:123456789012:stream/orders",
            Self::DynamoDb => {
                "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/\
                 2024-01-01T00:00:00.000"
            }
            Self::Sqs => "arn:aws:sqs:us-east-1:123456789012:orders",
            Self::Fifo => "arn:aws:sqs:us-east-1:123456789012:orders.fifo",
            Self::Kafka => {
                "arn:aws:kafka:us-east-1:123456789012:cluster/orders/\
                 6cc0432b-8618-4f44-bccc-e1fbd8fb7c4d-2"
            }
        }
    }
}

/// A record in a stream, queue or topic.
#[derive(Debug)]
pub(crate) struct SimRecord {
    /// What a response names it by: a sequence number, a message ID, `topic-partition:offset`.
    pub(crate) identifier: String,
    /// Records of the same key must stay in order.
    pub(crate) key: Option<String>,
    /// The shard, the queue, or the partition.
    pub(crate) place: String,
    /// Which of the mapping's concurrent readers gets it.
    pub(crate) lane: usize,
    /// Milliseconds since 1970.
    pub(crate) arrival: u64,
    /// The record in an event.
    pub(crate) json: Value,
    /// How many bytes that takes.
    pub(crate) size: usize,
}

impl SimRecord {
    fn new(
        identifier: String,
        key: Option<String>,
        place: String,
        lane: usize,
        arrival: u64,
        json: Value,
    ) -> Self {
        let size = json.to_string().len();
        Self {
            identifier,
            key,
            place,
            lane,
            arrival,
            json,
            size,
        }
    }
}

/// A shard, and which of its concurrent readers has a key.
struct Shard {
    number: usize,
    lane: usize,
}

/// The shard of a key, by its hash: shards divide the hashes evenly, and the concurrent readers
/// of a shard divide its keys.
fn shard_of(hash: &[u8; 16], settings: &Settings) -> Shard {
    let [a, b, c, d, rest @ ..] = *hash;
    let leading = u64::from(u32::from_be_bytes([a, b, c, d]));
    let number = (leading * settings.shards as u64) >> 32;
    let number = usize::try_from(number).unwrap_or_default();
    let readers = settings.parallelization_factor;
    Shard {
        number,
        lane: number * readers + usize::from(rest[11]) % readers,
    }
}
