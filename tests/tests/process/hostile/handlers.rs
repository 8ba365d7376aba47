//! The handlers that hostile events are given to. Each touches all that its record has.

use std::{collections::BTreeMap, hint::black_box, sync::Mutex};

use serde::Deserialize;
use serde_json::Value;
use stream_handler::{
    Batch, BatchError, BatchResponse, Context, Json, LambdaEvent,
    dynamodb::{Change, DynamoDbRecord},
    kafka::KafkaRecord,
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};

use super::seeds::Source;

/// What a handler was called with, and whether it succeeded.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) json: String,
    /// As [`super::oracle`] reads it from the event; `None` to not compare it.
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) done: bool,
}

/// The calls of one invocation.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<Call>>);

impl Log {
    pub(crate) fn into_calls(self) -> Vec<Call> {
        self.0.into_inner().expect("no panic in here")
    }

    /// Some records fail: which ones, their JSON says.
    fn call(&self, json: &str, payload: Option<Vec<u8>>) -> Result<(), String> {
        let done = json.bytes().fold(0_u32, |hash, byte| {
            hash.wrapping_mul(16_777_619) ^ u32::from(byte)
        }) % 4
            > 0;
        self.0.lock().expect("no panic in here").push(Call {
            json: json.to_owned(),
            payload,
            done,
        });
        if done { Ok(()) } else { Err("no luck".into()) }
    }
}

fn touch_kinesis<T: std::fmt::Debug>(record: &KinesisRecord<T>) {
    black_box((
        record.partition_key(),
        record.sequence_number(),
        record.event_source_arn(),
        record.approximate_arrival_timestamp(),
        record.shard_id(),
        format!("{record:?}"),
    ));
}

#[stream_handler]
fn kinesis(record: KinesisRecord<Vec<u8>>, log: &Log) -> Result<(), String> {
    touch_kinesis(&record);
    log.call(record.json(), Some(record.data().clone()))
}

#[stream_handler(concurrency = 3)]
async fn kinesis_at_once(record: KinesisRecord<Vec<u8>>, log: &Log) -> Result<(), String> {
    tokio::task::yield_now().await;
    log.call(record.json(), Some(record.data().clone()))
}

#[stream_handler]
fn kinesis_json(record: KinesisRecord<Json<Value>>, log: &Log) -> Result<(), String> {
    touch_kinesis(&record);
    log.call(record.json(), None)
}

type Image = BTreeMap<String, Value>;

/// The names of the attributes in the images.
fn names(change: &Change<Image>) -> Vec<u8> {
    let (new, old) = match change {
        Change::Insert { new } => (Some(new), None),
        Change::Modify { old, new } => (Some(new), Some(old)),
        Change::Remove { old } => (None, Some(old)),
    };
    let images = [new, old].into_iter().flatten();
    let names = images.flat_map(|image| image.keys().map(String::as_str));
    names.collect::<Vec<_>>().join("\0").into_bytes()
}

#[stream_handler]
fn dynamodb(record: DynamoDbRecord<Image>, log: &Log) -> Result<(), String> {
    black_box((
        record.sequence_number(),
        record.event_source_arn(),
        record.table_name(),
        record.approximate_creation_date_time(),
        record.is_ttl_deletion(),
        record.keys::<Value>().is_ok(),
        format!("{record:?}"),
    ));
    log.call(record.json(), Some(names(record.change())))
}

#[stream_handler(concurrency = 3)]
async fn dynamodb_at_once(record: DynamoDbRecord<Image>, log: &Log) -> Result<(), String> {
    tokio::task::yield_now().await;
    log.call(record.json(), Some(names(record.change())))
}

#[stream_handler]
fn dynamodb_keys(record: DynamoDbRecord<()>, log: &Log) -> Result<(), String> {
    log.call(record.json(), None)
}

fn touch_sqs<T: std::fmt::Debug>(message: &SqsMessage<T>) {
    black_box((
        message.message_id(),
        message.event_source_arn(),
        message.attribute("SenderId").ok(),
        message.approximate_receive_count(),
        message.sent_timestamp(),
        message.message_group_id(),
        message.receipt_handle(),
        message.message_attribute("bytes").ok(),
        format!("{message:?}"),
    ));
}

#[stream_handler]
fn sqs(message: SqsMessage<String>, log: &Log) -> Result<(), String> {
    touch_sqs(&message);
    log.call(message.json(), Some(message.body().clone().into_bytes()))
}

#[stream_handler(concurrency = 3)]
async fn sqs_at_once(message: SqsMessage<Vec<u8>>, log: &Log) -> Result<(), String> {
    tokio::task::yield_now().await;
    log.call(message.json(), Some(message.body().clone()))
}

#[stream_handler]
fn sqs_json(message: SqsMessage<Json<Value>>, log: &Log) -> Result<(), String> {
    touch_sqs(&message);
    log.call(message.json(), None)
}

/// A value; of a tombstone none, which is not an empty one.
fn value(record: &KafkaRecord<Vec<u8>, impl Sized>) -> Vec<u8> {
    match record.value() {
        Some(value) => [b"=", &**value].concat(),
        None => Vec::new(),
    }
}

#[stream_handler]
fn kafka(record: KafkaRecord<Vec<u8>, Vec<u8>>, log: &Log) -> Result<(), String> {
    black_box((
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.key(),
        record.headers().is_ok(),
        format!("{record:?}"),
    ));
    log.call(record.json(), Some(value(&record)))
}

#[stream_handler(concurrency = 3)]
async fn kafka_at_once(record: KafkaRecord<Vec<u8>>, log: &Log) -> Result<(), String> {
    tokio::task::yield_now().await;
    log.call(record.json(), Some(value(&record)))
}

/// How many handlers there are for each source.
pub(crate) const HANDLERS: usize = 3;

/// Reads a body as Lambda's runtime does, and hands it to one of a source's handlers. `None` if
/// it is no JSON.
pub(crate) async fn invoke(
    source: Source,
    handler: usize,
    body: &[u8],
    log: &Log,
) -> Option<Result<BatchResponse, BatchError>> {
    Some(match (source, handler) {
        (Source::Kinesis, 0) => kinesis::batch(read(body)?, log).await,
        (Source::Kinesis, 1) => kinesis_at_once::batch(read(body)?, log).await,
        (Source::Kinesis, _) => kinesis_json::batch(read(body)?, log).await,
        (Source::DynamoDb, 0) => dynamodb::batch(read(body)?, log).await,
        (Source::DynamoDb, 1) => dynamodb_at_once::batch(read(body)?, log).await,
        (Source::DynamoDb, _) => dynamodb_keys::batch(read(body)?, log).await,
        (Source::Sqs, 0) => sqs::batch(read(body)?, log).await,
        (Source::Sqs, 1) => sqs_at_once::batch(read(body)?, log).await,
        (Source::Sqs, _) => sqs_json::batch(read(body)?, log).await,
        (Source::Kafka, 0) => kafka::batch(read(body)?, log).await,
        (Source::Kafka, _) => kafka_at_once::batch(read(body)?, log).await,
    })
}

fn read<R>(body: &[u8]) -> Option<LambdaEvent<Batch<R>>>
where
    Batch<R>: for<'de> Deserialize<'de>,
{
    let json = &mut serde_json::Deserializer::from_slice(body);
    let batch = serde_path_to_error::deserialize(json).ok()?;
    Some(LambdaEvent::new(batch, Context::default()))
}
