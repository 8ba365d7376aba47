//! What is put into a stream, queue or topic, and the event JSON that Lambda makes of it.

#![expect(private_interfaces, reason = "the sealed trait can't be named outside")]

mod distribution;
mod dynamodb;
mod hash;
mod kafka;
mod kinesis;
mod record;
pub(crate) mod sequence_number;
mod source;
mod sqs;

pub(crate) use self::{
    distribution::Distribution, kafka::event as kafka_event, record::StoredRecord,
    source::SourceKind, sqs::received,
};
pub use self::{
    dynamodb::ItemChange,
    kafka::TopicRecord,
    kinesis::PutRecord,
    source::{EventSource, QueueMessage, StreamRecord},
    sqs::{FifoMessage, Message},
};
