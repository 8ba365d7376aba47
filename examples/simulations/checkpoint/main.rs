//! A simulation, not a Lambda function to copy: how Lambda redelivers ten records when one record
//! of each batch fails, under three event source mappings.
//!
//! ```text
//! cargo run -p stream-handler-examples --bin checkpoint
//! ```
//!
//! The record handler fails on the fourth record of every batch. The simulator computes all numbers
//! that are printed.
//!
//! Arguments choose the event source, the number of records and the failures:
//!
//! ```text
//! cargo run -p stream-handler-examples --bin checkpoint -- --source fifo --records 12 --fail 4,7
//! cargo run -p stream-handler-examples --bin checkpoint -- --help
//! ```

mod args;
mod custom;

use std::{
    env,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;
use stream_handler::{
    LambdaEvent,
    kinesis::KinesisRecord,
    stream_handler,
    testing::{EventSourceMapping, Ledger, Report},
};

const RECORDS: usize = 10;
const FAILS_ON: usize = 4;
/// The simulation stops after this many invocations. Some mappings would retry until the records
/// expire.
const INVOCATION_LIMIT: usize = 50;

/// Handles one record. `position` is the number of records of this batch that were started before.
#[stream_handler]
async fn on_order(
    order: KinesisRecord<String>,
    position: &AtomicUsize,
    ledger: &Ledger,
) -> Result<(), String> {
    ledger.start(order.sequence_number());
    work(position).await?;
    ledger.finish(order.sequence_number());
    Ok(())
}

/// For comparison: a batch handler without `#[stream_handler]`. It returns the first error.
async fn without_partial_response(
    event: LambdaEvent<Value>,
    position: &AtomicUsize,
    ledger: &Ledger,
) -> Result<(), String> {
    let records = event.payload["Records"].as_array();
    for record in records.ok_or("the event has no `Records`")? {
        let sequence_number = record["kinesis"]["sequenceNumber"].as_str();
        let sequence_number = sequence_number.ok_or("a record has no sequence number")?;
        ledger.start(sequence_number);
        work(position).await?;
        ledger.finish(sequence_number);
    }
    Ok(())
}

/// The work for one record. Fails on the fourth record of a batch.
async fn work(position: &AtomicUsize) -> Result<(), String> {
    tokio::task::yield_now().await;
    match position.fetch_add(1, Ordering::Relaxed) + 1 {
        FAILS_ON => Err(format!("record {FAILS_ON} of the batch failed")),
        _ => Ok(()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if env::args().any(|arg| arg == "--help") {
        println!("{}", args::USAGE);
        return ExitCode::SUCCESS;
    }
    match args::read() {
        Ok(None) => experiment().await,
        Ok(Some(args)) => custom::simulate(&args).await,
        Err(error) => {
            eprintln!("{error}\n\n{}", args::USAGE);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

async fn experiment() {
    let orders = || (1..=RECORDS).map(|number| format!("order {number}"));
    let position = AtomicUsize::new(0);
    let ledger = Ledger::new();
    let mapping = EventSourceMapping::kinesis()
        .batch_size(RECORDS)
        .invocation_limit(INVOCATION_LIMIT)
        .ledger(&ledger);
    // Each invocation gets one batch, so its first record has position 0.
    let by_hand = |event| {
        position.store(0, Ordering::Relaxed);
        without_partial_response(event, &position, &ledger)
    };
    let stream_handler = |batch| {
        position.store(0, Ordering::Relaxed);
        on_order::batch(batch, &position, &ledger)
    };

    let report = mapping.run(orders(), by_hand).await;
    show(
        "A batch handler that returns the first error, under the default mapping",
        &report,
    );

    let bisect = mapping.clone().bisect_batch_on_function_error(true);
    let report = bisect.run(orders(), by_hand).await;
    show(
        "The same batch handler, under BisectBatchOnFunctionError",
        &report,
    );

    let partial = mapping.report_batch_item_failures(true);
    let report = partial.run(orders(), stream_handler).await;
    show("#[stream_handler], under ReportBatchItemFailures", &report);
}

fn show(title: &str, report: &Report) {
    println!("── {title}\n\n{report}");
    let finished = report.records().iter().filter_map(|record| record.finished);
    println!(
        "processed {} of {} records in {} successful calls\n",
        finished.clone().filter(|times| *times > 0).count(),
        report.records().len(),
        finished.sum::<usize>()
    );
}
