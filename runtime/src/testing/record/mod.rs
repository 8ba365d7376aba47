//! What is put into a stream, queue or topic, and the event JSON that Lambda makes of it.

#![expect(private_interfaces, reason = "the sealed trait can't be named outside")]

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
pub(super) use self::{kafka::event as kafka_event, sqs::received};
use super::settings::Settings;

/// What an event source holds: [`PutRecord`]s in a Kinesis stream, [`ItemChange`]s in a `DynamoDB`
/// stream, [`Message`]s and [`FifoMessage`]s in queues, [`TopicRecord`]s in a Kafka topic.
pub trait EventSource: sealed::Sealed {}

/// An [`EventSource`] that is a stream with shards.
pub trait StreamRecord: EventSource {}

/// An [`EventSource`] that is a queue.
pub trait QueueMessage: EventSource {}

pub(super) mod sealed {
    use super::{Kind, Settings, SimRecord};

    /// What the simulator needs to know of an event source.
    pub trait Sealed: Sized {
        const KIND: Kind;
        fn records(items: Vec<Self>, settings: &Settings) -> Vec<SimRecord>;
    }
}

/// The event sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Kinesis,
    DynamoDb,
    Sqs,
    Fifo,
    Kafka,
}

impl Kind {
    /// What the report calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kinesis => "Kinesis",
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
            Self::Fifo => "SQS FIFO",
            Self::Kafka => "Kafka",
        }
    }

    pub(super) fn is_stream(self) -> bool {
        matches!(self, Self::Kinesis | Self::DynamoDb)
    }

    pub(super) fn is_queue(self) -> bool {
        matches!(self, Self::Sqs | Self::Fifo)
    }

    /// What a record waits in.
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::Kinesis | Self::DynamoDb => "stream",
            Self::Sqs | Self::Fifo => "queue",
            Self::Kafka => "topic",
        }
    }

    pub(super) fn arn(self) -> &'static str {
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
pub(super) struct SimRecord {
    /// What a response names it by: a sequence number, a message ID, `topic-partition:offset`.
    pub(super) identifier: String,
    /// Records of the same key must stay in order.
    pub(super) key: Option<String>,
    /// The shard, the queue, or the partition.
    pub(super) place: String,
    /// Which of the mapping's concurrent readers gets it.
    pub(super) lane: usize,
    /// Milliseconds since 1970.
    pub(super) arrival: u64,
    /// The record in an event.
    pub(super) json: Value,
    /// How many bytes that takes.
    pub(super) size: usize,
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
