//! The event sources that can be simulated.

pub(super) use self::sealed::Sealed;

/// What can be put into an event source: a [`PutRecord`](super::PutRecord) into a Kinesis stream, an
/// [`ItemChange`](super::ItemChange) into a `DynamoDB` stream, a [`Message`](super::Message) or
/// [`FifoMessage`](super::FifoMessage) into a queue, a [`TopicRecord`](super::TopicRecord) into a
/// Kafka topic.
///
/// This trait is sealed.
pub trait EventSource: Sealed {}

/// An [`EventSource`] that is a stream with shards: Kinesis or `DynamoDB`.
///
/// This trait is sealed.
pub trait StreamRecord: EventSource {}

/// An [`EventSource`] that is an SQS queue.
///
/// This trait is sealed.
pub trait QueueMessage: EventSource {}

mod sealed {
    use super::SourceKind;
    use crate::testing::put::{Distribution, StoredRecord};

    /// What the simulator needs to know about an event source.
    pub trait Sealed: Sized {
        const KIND: SourceKind;

        /// Stores the items, the first at the start of the simulation.
        fn store(items: Vec<Self>, distribution: &Distribution) -> Vec<StoredRecord>;
    }
}

/// The event sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceKind {
    Kinesis,
    DynamoDb,
    Sqs,
    Fifo,
    Kafka,
}

impl SourceKind {
    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kinesis => "Kinesis",
            Self::DynamoDb => "DynamoDB",
            Self::Sqs => "SQS",
            Self::Fifo => "SQS FIFO",
            Self::Kafka => "Kafka",
        }
    }

    /// The noun for the place where records wait.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Kinesis | Self::DynamoDb => "stream",
            Self::Sqs | Self::Fifo => "queue",
            Self::Kafka => "topic",
        }
    }

    pub(crate) fn is_stream(self) -> bool {
        matches!(self, Self::Kinesis | Self::DynamoDb)
    }

    pub(crate) fn is_queue(self) -> bool {
        matches!(self, Self::Sqs | Self::Fifo)
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
