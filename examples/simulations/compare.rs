//! What a partial-batch response saves, and what a wrong one costs: the same records and the same
//! failures with three handlers, for each event source. Prints a table for the README.
//!
//! ```text
//! cargo run -p stream-handler-examples --bin compare
//! ```
//!
//! Each attempt at a record fails with a probability of 2 %, whatever was tried before. On top of
//! that come faults of Lambda's: throttles, time-outs, crashes, duplicates.

use std::{cell::RefCell, collections::HashMap, time::Duration};

use serde_json::{Value, json};
use stream_handler::{
    Batch, BatchError, BatchResponse, LambdaEvent,
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
    testing::{EventSourceMapping, Faults, FifoMessage, Ledger, Message, PutRecord, Report},
};

const RECORDS: usize = 1000;
const KEYS: usize = 50;
const SEED: u64 = 2024;
/// One in so many attempts fails.
const FAILS: u64 = 50;

/// What the function works with: it fails at random, and notes what it did.
#[derive(Default)]
struct Work {
    ledger: Ledger,
    attempts: RefCell<HashMap<String, u64>>,
}

impl Work {
    async fn on(&self, identifier: &str) -> Result<(), String> {
        self.ledger.start(identifier);
        let attempt = {
            let mut attempts = self.attempts.borrow_mut();
            let attempt = attempts.entry(identifier.to_owned()).or_default();
            *attempt += 1;
            *attempt
        };
        tokio::task::yield_now().await;
        if hash(identifier, attempt) % FAILS == 0 {
            return Err("the database is busy".to_owned());
        }
        self.ledger.finish(identifier);
        Ok(())
    }
}

/// The same on every machine: FNV-1a, mixed.
fn hash(identifier: &str, attempt: u64) -> u64 {
    let bytes = identifier.bytes().chain(attempt.to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

#[stream_handler]
async fn on_record(record: KinesisRecord<String>, work: &Work) -> Result<(), String> {
    work.on(record.sequence_number()).await
}

#[stream_handler]
async fn on_message(message: SqsMessage<String>, work: &Work) -> Result<(), String> {
    work.on(message.message_id()).await
}

/// What a response names a record by.
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

/// By hand, without a partial-batch response: the first error is raised.
async fn raises(event: LambdaEvent<Value>, work: &Work) -> Result<(), String> {
    for record in records(&event) {
        work.on(identifier(record)).await?;
    }
    Ok(())
}

/// By hand, as in most tutorials: goes on after an error, and reports all that failed.
async fn reports_all(event: LambdaEvent<Value>, work: &Work) -> Result<Value, String> {
    let mut failures = Vec::new();
    for record in records(&event) {
        if work.on(identifier(record)).await.is_err() {
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

async fn on_kinesis() -> [Report; 3] {
    let records = || (0..RECORDS).map(|n| PutRecord::new(n.to_string()).partition_key(key(n)));
    let work = Work::default();
    let mapping = kinesis().ledger(&work.ledger);
    let raised = mapping.run(records(), |event| raises(event, &work)).await;
    let mapping = mapping.report_batch_item_failures(true);
    let all = mapping
        .run(records(), |event| reports_all(event, &work))
        .await;
    let ours = mapping
        .run(records(), |batch| on_record::batch(batch, &work))
        .await;
    [raised, all, ours]
}

async fn on_queue() -> [Report; 3] {
    let messages = || (0..RECORDS).map(|n| Message::new(n.to_string()));
    let work = Work::default();
    let mapping = EventSourceMapping::sqs()
        .max_receive_count(1000)
        .faults(faults())
        .invocation_limit(100_000)
        .ledger(&work.ledger);
    let raised = mapping.run(messages(), |event| raises(event, &work)).await;
    let mapping = mapping.report_batch_item_failures(true);
    let all = mapping
        .run(messages(), |event| reports_all(event, &work))
        .await;
    let ours = mapping.run(messages(), |batch| ours(batch, &work)).await;
    [raised, all, ours]
}

async fn on_fifo() -> [Report; 3] {
    let messages = || (0..RECORDS).map(|n| FifoMessage::new(key(n), n.to_string()));
    let work = Work::default();
    let mapping = EventSourceMapping::fifo()
        .max_receive_count(1000)
        .faults(faults())
        .invocation_limit(100_000)
        .ledger(&work.ledger);
    let raised = mapping.run(messages(), |event| raises(event, &work)).await;
    let mapping = mapping.report_batch_item_failures(true);
    let all = mapping
        .run(messages(), |event| reports_all(event, &work))
        .await;
    let ours = mapping.run(messages(), |batch| ours(batch, &work)).await;
    [raised, all, ours]
}

async fn ours(
    batch: LambdaEvent<Batch<SqsMessage<String>>>,
    work: &Work,
) -> Result<BatchResponse, BatchError> {
    on_message::batch(batch, work).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!(
        "| event source | handler | invocations | records processed | again though done | out of order | lost |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|");
    for (source, reports) in [
        ("Kinesis", on_kinesis().await),
        ("SQS", on_queue().await),
        ("SQS FIFO", on_fifo().await),
    ] {
        let handlers = [
            "raises the first error",
            "goes on, reports all",
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
