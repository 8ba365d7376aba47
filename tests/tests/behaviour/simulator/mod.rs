//! The simulator of event source mappings: one test per rule.

mod events;
mod executable;
mod faults;
mod fifo;
mod kafka;
mod properties;
mod reports;
mod responses;
mod retries;
mod sqs;
mod streams;
mod validation;

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use stream_handler::{
    Json, LambdaEvent,
    kinesis::KinesisRecord,
    stream_handler,
    testing::{EventSourceMapping, Fate, Ledger, PutRecord, Report},
};

type Event = LambdaEvent<Value>;

/// Data of records: the numbers 1 to `count`.
fn numbered(count: usize) -> impl Iterator<Item = String> {
    (1..=count).map(|number| number.to_string())
}

fn kinesis() -> EventSourceMapping<PutRecord> {
    EventSourceMapping::kinesis().batch_size(10)
}

fn partial() -> EventSourceMapping<PutRecord> {
    kinesis().report_batch_item_failures(true)
}

/// The sequence numbers in an event of Kinesis or DynamoDB Streams.
fn sequence_numbers(event: &Event) -> Vec<String> {
    let records = event.payload["Records"].as_array().unwrap();
    let number = |record: &Value| {
        let kinesis = &record["kinesis"]["sequenceNumber"];
        let dynamodb = &record["dynamodb"]["SequenceNumber"];
        kinesis.as_str().or(dynamodb.as_str()).unwrap().to_owned()
    };
    records.iter().map(number).collect()
}

fn failures<'a>(identifiers: impl IntoIterator<Item = &'a String>) -> Value {
    let items: Vec<Value> = identifiers
        .into_iter()
        .map(|identifier| json!({"itemIdentifier": identifier}))
        .collect();
    json!({"batchItemFailures": items})
}

/// All the responses that report nothing.
fn empty_responses() -> [Value; 6] {
    [
        json!(""),
        json!([]),
        json!(null),
        json!({}),
        json!({"batchItemFailures": []}),
        json!({"batchItemFailures": null}),
    ]
}

fn fates(report: &Report) -> Vec<Fate> {
    report.records().iter().map(|record| record.fate).collect()
}

fn deliveries(report: &Report) -> Vec<usize> {
    let records = report.records().iter();
    records.map(|record| record.deliveries).collect()
}

/// Fails for the numbers that are bad. A record's data is its number.
#[stream_handler]
fn unless_bad(record: KinesisRecord<Json<u32>>, is_bad: fn(u32) -> bool) -> Result<(), String> {
    let number = record.into_data().0;
    if is_bad(number) {
        Err(format!("{number} is bad"))
    } else {
        Ok(())
    }
}

// The experiment: a handler that fails on the fourth record of every batch.

#[stream_handler]
async fn fails_on_fourth(
    record: KinesisRecord<String>,
    position: &AtomicUsize,
    ledger: &Ledger,
) -> Result<(), String> {
    ledger.start(record.sequence_number());
    tokio::task::yield_now().await;
    if position.fetch_add(1, Ordering::Relaxed) == 3 {
        return Err("the fourth".to_owned());
    }
    ledger.finish(record.sequence_number());
    Ok(())
}

async fn returns_error_on_fourth(event: Event, ledger: &Ledger) -> Result<(), String> {
    for (position, number) in sequence_numbers(&event).iter().enumerate() {
        ledger.start(number);
        tokio::task::yield_now().await;
        if position == 3 {
            return Err("the fourth".to_owned());
        }
        ledger.finish(number);
    }
    Ok(())
}

#[tokio::test]
async fn experiment_the_default_mapping_delivers_the_batch_again_and_again() {
    let ledger = Ledger::new();
    let report = kinesis()
        .ledger(&ledger)
        .run(numbered(10), |event| {
            returns_error_on_fourth(event, &ledger)
        })
        .await;
    assert_eq!(report.batch_sizes(), [10; 100]);
    assert!(report.reached_invocation_limit());
    assert_eq!(fates(&report), [Fate::Blocked; 10]);
    assert_eq!(report.records()[2].finished, Some(100));
    assert_eq!(report.records()[3].started, Some(100));
    assert_eq!(report.records()[3].finished, Some(0));
    assert_eq!(report.records()[4].started, Some(0));
    report.assert_nothing_lost();
    let text = report.to_string();
    assert!(text.contains("batch sizes: 10 → 10 → 10 …\n"), "{text}");
    assert!(text.contains("the same 99 more times"), "{text}");
    assert!(text.contains("10 still in the stream"), "{text}");
}

#[tokio::test]
async fn experiment_bisect_splits_until_no_batch_has_a_fourth_record() {
    let ledger = Ledger::new();
    let report = kinesis()
        .bisect_batch_on_function_error(true)
        .ledger(&ledger)
        .run(numbered(10), |event| {
            returns_error_on_fourth(event, &ledger)
        })
        .await;
    assert_eq!(report.batch_sizes(), [10, 5, 2, 3, 5, 2, 3]);
    assert_eq!(fates(&report), [Fate::Processed; 10]);
    assert_eq!(deliveries(&report), [3; 10]);
    let finished: Vec<_> = report.records().iter().map(|r| r.finished).collect();
    assert_eq!(finished, [3, 3, 3, 1, 1, 2, 2, 2, 1, 1].map(Some));
    report.assert_nothing_lost();
    let text = report.to_string();
    let sizes = "batch sizes: 10 → 5 → 2 → 3 → 5 → 2 → 3\n";
    assert!(text.contains(sizes), "{text}");
}

#[tokio::test]
async fn experiment_a_partial_response_continues_from_the_checkpoint() {
    let ledger = Ledger::new();
    let position = AtomicUsize::new(0);
    let report = partial()
        .ledger(&ledger)
        .run(numbered(10), |batch| {
            position.store(0, Ordering::Relaxed);
            fails_on_fourth::batch(batch, &position, &ledger)
        })
        .await;
    assert_eq!(report.batch_sizes(), [10, 7, 4, 1]);
    assert_eq!(fates(&report), [Fate::Processed; 10]);
    assert_eq!(deliveries(&report), [1, 1, 1, 2, 2, 2, 3, 3, 3, 4]);
    let finished: Vec<_> = report.records().iter().map(|r| r.finished).collect();
    assert_eq!(finished, [Some(1); 10]);
    report.assert_nothing_lost();
    let text = report.to_string();
    assert!(text.contains("batch sizes: 10 → 7 → 4 → 1\n"), "{text}");
}
