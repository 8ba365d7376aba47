//! A simulation, not a Lambda function to copy: compares three batch handlers under the same kinds of
//! failures, for each event source. The first returns the first error, the second reports every failed
//! record, and the third uses `#[stream_handler]`. Prints the table in `stream_handler::docs::comparison`.
//!
//! ```text
//! cargo run -p stream-handler-examples --bin compare
//! ```
//!
//! Each attempt at a record fails with a probability of 2 %, independently of earlier attempts. In
//! addition the simulator throttles, times out, crashes and repeats invocations at random.

use std::{cell::RefCell, collections::HashMap, time::Duration};

use serde_json::{Value, json};
use stream_handler::{
    LambdaEvent,
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
    testing::{EventSourceMapping, Faults, FifoMessage, Ledger, Message, PutRecord, Report},
};

const RECORDS: usize = 1000;
const KEYS: usize = 50;
const SEED: u64 = 2024;
/// One of this many attempts fails.
const FAILS_ONE_IN: u64 = 50;

/// The work for a record, which all batch handlers share. Fails at random.
#[derive(Default)]
struct Work {
    ledger: Ledger,
    attempts: RefCell<HashMap<String, u64>>,
}

impl Work {
    async fn process(&self, identifier: &str) -> Result<(), String> {
        self.ledger.start(identifier);
        let attempt = {
            let mut attempts = self.attempts.borrow_mut();
            let attempt = attempts.entry(identifier.to_owned()).or_default();
            *attempt += 1;
            *attempt
        };
        tokio::task::yield_now().await;
        if hash(identifier, attempt) % FAILS_ONE_IN == 0 {
            return Err("the database is busy".to_owned());
        }
        self.ledger.finish(identifier);
        Ok(())
    }
}

/// FNV-1a with its bits mixed. Unlike `DefaultHasher`, it is the same in every version of Rust.
fn hash(identifier: &str, attempt: u64) -> u64 {
    let bytes = identifier.bytes().chain(attempt.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

#[stream_handler]
async fn on_record(record: KinesisRecord<String>, work: &Work) -> Result<(), String> {
    work.process(record.sequence_number()).await
}

#[stream_handler]
async fn on_message(message: SqsMessage<String>, work: &Work) -> Result<(), String> {
    work.process(message.message_id()).await
}

/// The identifier of a record in a response.
fn identifier(record: &Value) -> &str {
    let sequence_number = record["kinesis"]["sequenceNumber"].as_str();
    sequence_number
        .or(record["messageId"].as_str())
        .unwrap_or_default()
}

fn records(event: &LambdaEvent<Value>) -> &[Value] {
    event.payload["Records"]
        .as_array()
        .map_or(&[], Vec::as_slice)
}

/// By hand, without a partial batch response: returns the first error.
async fn returns_first_error(event: LambdaEvent<Value>, work: &Work) -> Result<(), String> {
    for record in records(&event) {
        work.process(identifier(record)).await?;
    }
    Ok(())
}

/// By hand, as in most tutorials: continues after an error and reports every failed record.
async fn reports_all_failures(event: LambdaEvent<Value>, work: &Work) -> Result<Value, String> {
    let mut failures = Vec::new();
    for record in records(&event) {
        if work.process(identifier(record)).await.is_err() {
            failures.push(json!({ "itemIdentifier": identifier(record) }));
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

fn faults() -> Faults {
    Faults::seeded(SEED).all(0.01)
}

fn kinesis() -> EventSourceMapping<PutRecord> {
    EventSourceMapping::kinesis()
        .batch_size(100)
        .shards(2)
        .retry_backoff(Duration::from_secs(1), Duration::from_secs(60))
        .faults(faults())
        .invocation_limit(100_000)
}

fn key(number: usize) -> String {
    format!("customer {}", number % KEYS)
}

async fn compare_on_kinesis() -> [Report; 3] {
    let records = || (0..RECORDS).map(|n| PutRecord::new(n.to_string()).partition_key(key(n)));
    let work = Work::default();
    let mapping = kinesis().ledger(&work.ledger);
    let first = mapping
        .run(records(), |event| returns_first_error(event, &work))
        .await;
    let mapping = mapping.report_batch_item_failures(true);
    let all = mapping
        .run(records(), |event| reports_all_failures(event, &work))
        .await;
    let stream_handler = mapping
        .run(records(), |batch| on_record::batch(batch, &work))
        .await;
    [first, all, stream_handler]
}

async fn compare_on_sqs() -> [Report; 3] {
    let messages = || (0..RECORDS).map(|n| Message::new(n.to_string()));
    let work = Work::default();
    let mapping = EventSourceMapping::sqs()
        .max_receive_count(1000)
        .faults(faults())
        .invocation_limit(100_000)
        .ledger(&work.ledger);
    let first = mapping
        .run(messages(), |event| returns_first_error(event, &work))
        .await;
    let mapping = mapping.report_batch_item_failures(true);
    let all = mapping
        .run(messages(), |event| reports_all_failures(event, &work))
        .await;
    let stream_handler = mapping
        .run(messages(), |batch| on_message::batch(batch, &work))
        .await;
    [first, all, stream_handler]
}

async fn compare_on_fifo() -> [Report; 3] {
    let messages = || (0..RECORDS).map(|n| FifoMessage::new(key(n), n.to_string()));
    let work = Work::default();
    let mapping = EventSourceMapping::fifo()
        .max_receive_count(1000)
        .faults(faults())
        .invocation_limit(100_000)
        .ledger(&work.ledger);
    let first = mapping
        .run(messages(), |event| returns_first_error(event, &work))
        .await;
    let mapping = mapping.report_batch_item_failures(true);
    let all = mapping
        .run(messages(), |event| reports_all_failures(event, &work))
        .await;
    let stream_handler = mapping
        .run(messages(), |batch| on_message::batch(batch, &work))
        .await;
    [first, all, stream_handler]
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!(
        "| event source | batch handler | invocations | records handled | though processed before | out of order | lost |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|");
    for (source, reports) in [
        ("Kinesis", compare_on_kinesis().await),
        ("SQS", compare_on_sqs().await),
        ("SQS FIFO", compare_on_fifo().await),
    ] {
        let handlers = [
            "returns the first error",
            "continues, reports all failures",
            "`#[stream_handler]`",
        ];
        for (handler, report) in handlers.into_iter().zip(&reports) {
            let started = report.records().iter().filter_map(|record| record.started);
            println!(
                "| {source} | {handler} | {} | {} | {} | {} | {} |",
                report.invocations().len(),
                started.sum::<usize>(),
                report.wasted().unwrap_or_default(),
                report.order_violations().len(),
                report.lost().count(),
            );
        }
    }
}
