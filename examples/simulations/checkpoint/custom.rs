//! A simulation with settings from the command line. It runs twice: first a batch handler that returns
//! the first error, under the default mapping, then one with `#[stream_handler]`, under a mapping with
//! `ReportBatchItemFailures`.

use std::{cell::RefCell, collections::HashMap, time::Duration};

use serde_json::{Value, json};
use stream_handler::{
    LambdaEvent,
    dynamodb::DynamoDbRecord,
    kafka::KafkaRecord,
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
    testing::{
        EventSourceMapping, FifoMessage, ItemChange, Ledger, Message, PutRecord, TopicRecord,
    },
};

use crate::{
    INVOCATION_LIMIT,
    args::{Args, Fail, Source},
    show,
};

const MAXIMUM_RETRY_ATTEMPTS: u32 = 2;
const MAX_RECEIVE_COUNT: u32 = 3;

/// The work for a record, which both batch handlers share.
pub(crate) struct Work {
    ledger: Ledger,
    fail: Fail,
    seed: u64,
    /// The number of attempts at each record, by identifier.
    attempts: RefCell<HashMap<String, u64>>,
}

impl Work {
    async fn process(&self, identifier: &str, order: &str) -> Result<(), String> {
        self.ledger.start(identifier);
        let attempt = {
            let mut attempts = self.attempts.borrow_mut();
            let attempt = attempts.entry(identifier.to_owned()).or_default();
            *attempt += 1;
            *attempt
        };
        tokio::task::yield_now().await;
        let number: usize = order
            .parse()
            .map_err(|_| format!("{order:?} is not a number"))?;
        let fails = match &self.fail {
            Fail::Records(records) => records.contains(&number),
            Fail::Rate(rate) => random(self.seed, number, attempt) < *rate,
        };
        if fails {
            return Err(format!("order {number} failed"));
        }
        self.ledger.finish(identifier);
        Ok(())
    }
}

/// A pseudo-random number from 0 to 1, the same for the same arguments.
fn random(seed: u64, number: usize, attempt: u64) -> f64 {
    let mut mixed = seed << 40 ^ (number as u64) << 16 ^ attempt;
    for _ in 0..3 {
        mixed = (mixed ^ mixed >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

#[stream_handler]
async fn on_put(record: KinesisRecord<String>, work: &Work) -> Result<(), String> {
    work.process(record.sequence_number(), record.data()).await
}

#[stream_handler]
async fn on_change(record: DynamoDbRecord<Value>, work: &Work) -> Result<(), String> {
    let keys: Value = record.keys().map_err(|error| error.to_string())?;
    let order = keys["order"].to_string();
    work.process(record.sequence_number(), &order).await
}

#[stream_handler]
async fn on_message(message: SqsMessage<String>, work: &Work) -> Result<(), String> {
    work.process(message.message_id(), message.body()).await
}

#[stream_handler]
async fn on_topic(record: KafkaRecord<String>, work: &Work) -> Result<(), String> {
    let (topic, partition, offset) = (record.topic(), record.partition(), record.offset());
    let order = record.value().ok_or("the record has no value")?;
    work.process(&format!("{topic}-{partition}:{offset}"), order)
        .await
}

/// For comparison: a batch handler without `#[stream_handler]`. It returns the first error.
async fn without_partial_response(event: LambdaEvent<Value>, work: &Work) -> Result<(), String> {
    for (identifier, order) in orders(&event.payload)? {
        work.process(&identifier, &order).await?;
    }
    Ok(())
}

/// The identifier and the order of each record in an event of any source.
fn orders(event: &Value) -> Result<Vec<(String, String)>, String> {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let decoded = |base64: &Value| {
        let bytes = BASE64_STANDARD.decode(base64.as_str().unwrap_or_default());
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let records: Vec<&Value> = match (&event["Records"], &event["records"]) {
        (Value::Array(records), _) => records.iter().collect(),
        (_, Value::Object(partitions)) => partitions
            .values()
            .filter_map(Value::as_array)
            .flatten()
            .collect(),
        _ => return Err("the event has no records".to_owned()),
    };
    let order = |record: &&Value| {
        if record.get("kinesis").is_some() {
            let kinesis = &record["kinesis"];
            Ok((text(&kinesis["sequenceNumber"]), decoded(&kinesis["data"])?))
        } else if record.get("dynamodb").is_some() {
            let change = &record["dynamodb"];
            Ok((
                text(&change["SequenceNumber"]),
                text(&change["Keys"]["order"]["N"]),
            ))
        } else if record.get("offset").is_some() {
            let identifier = format!(
                "{}-{}:{}",
                text(&record["topic"]),
                record["partition"],
                record["offset"]
            );
            Ok((identifier, decoded(&record["value"])?))
        } else {
            Ok((text(&record["messageId"]), text(&record["body"])))
        }
    };
    let orders: Result<_, base64::DecodeError> = records.iter().map(order).collect();
    orders.map_err(|error| error.to_string())
}

/// Runs the same records under both mappings. `$settings` adds settings to the second mapping.
macro_rules! simulate {
    ($mapping:expr, $records:expr, $settings:expr, $handler:path, $work:expr, $args:expr) => {{
        let work = $work;
        let mapping = $mapping
            .batch_size($args.batch_size)
            .invocation_limit(INVOCATION_LIMIT)
            .ledger(&work.ledger);
        let by_hand = |event| without_partial_response(event, &work);
        let report = mapping.run($records, by_hand).await;
        show(
            "A batch handler that returns the first error, under the default mapping",
            &report,
        );
        work.attempts.borrow_mut().clear();
        let mapping = $settings(mapping.report_batch_item_failures(true));
        let report = mapping.run($records, |batch| $handler(batch, &work)).await;
        show("#[stream_handler], under ReportBatchItemFailures", &report);
    }};
}

/// Runs the simulation that the arguments describe.
pub(crate) async fn simulate(args: &Args) {
    let work = Work {
        ledger: Ledger::new(),
        fail: args.fail.clone(),
        seed: args.seed,
        attempts: RefCell::default(),
    };
    let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
    let numbers = || 1..=args.records;
    let key = |number: usize| format!("customer {}", number % 3);
    match args.source {
        Source::Kinesis => simulate!(
            EventSourceMapping::kinesis().retry_backoff(second, minute),
            numbers().map(|n| PutRecord::new(n.to_string()).partition_key(key(n))),
            |mapping: EventSourceMapping<_>| {
                mapping
                    .bisect_batch_on_function_error(true)
                    .maximum_retry_attempts(MAXIMUM_RETRY_ATTEMPTS)
                    .on_failure_destination(true)
            },
            on_put::batch,
            work,
            args
        ),
        Source::DynamoDb => simulate!(
            EventSourceMapping::dynamodb().retry_backoff(second, minute),
            numbers().map(|n| ItemChange::insert(&json!({ "order": n }), &json!({}))),
            |mapping: EventSourceMapping<_>| {
                mapping
                    .bisect_batch_on_function_error(true)
                    .maximum_retry_attempts(MAXIMUM_RETRY_ATTEMPTS)
                    .on_failure_destination(true)
            },
            on_change::batch,
            work,
            args
        ),
        Source::Sqs => simulate!(
            EventSourceMapping::sqs().maximum_batching_window(second),
            numbers().map(|n| Message::new(n.to_string())),
            |mapping: EventSourceMapping<_>| mapping.max_receive_count(MAX_RECEIVE_COUNT),
            on_message::batch,
            work,
            args
        ),
        Source::Fifo => simulate!(
            EventSourceMapping::fifo(),
            numbers().map(|n| FifoMessage::new(key(n), n.to_string())),
            |mapping: EventSourceMapping<_>| mapping.max_receive_count(MAX_RECEIVE_COUNT),
            on_message::batch,
            work,
            args
        ),
        Source::Kafka => simulate!(
            EventSourceMapping::kafka()
                .provisioned_mode(true)
                .partitions(3)
                .retry_backoff(second, minute),
            numbers().map(|n| TopicRecord::new(n.to_string()).key(key(n))),
            |mapping| mapping,
            on_topic::batch,
            work,
            args
        ),
    }
}
