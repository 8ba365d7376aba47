//! What one failing record costs: the same ten records under three event source mappings.
//!
//! The function fails on the fourth record of whatever batch it gets. All numbers below come from
//! the run.
//!
//! ```text
//! cargo run -p stream-handler-examples --bin checkpoint
//! ```
//!
//! With arguments it plays what they say:
//!
//! ```text
//! cargo run -p stream-handler-examples --bin checkpoint -- --source fifo --records 12 --fail 4,7
//! cargo run -p stream-handler-examples --bin checkpoint -- --help
//! ```

mod args;
mod play;

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
/// How long to watch a mapping that would go on until the records expire.
const INVOCATIONS: usize = 50;

/// Handles a record. Which one of the batch it is decides whether that fails, so the function
/// counts: `position` is 0 at the start of each batch.
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

/// What the annotated function replaces: a handler for the batch, which raises the first error.
async fn by_hand(
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

/// The work on a record, which takes its time and fails on the fourth of a batch.
async fn work(position: &AtomicUsize) -> Result<(), String> {
    tokio::task::yield_now().await;
    match position.fetch_add(1, Ordering::Relaxed) + 1 {
        FAILS_ON => Err(format!("the {FAILS_ON}th failed")),
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
        Ok(Some(args)) => play::play(&args).await,
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
        .invocation_limit(INVOCATIONS)
        .ledger(&ledger);
    // Each invocation starts to count anew.
    let raises = |event| {
        position.store(0, Ordering::Relaxed);
        by_hand(event, &position, &ledger)
    };
    let reports = |batch| {
        position.store(0, Ordering::Relaxed);
        on_order::batch(batch, &position, &ledger)
    };

    let report = mapping.run(orders(), raises).await;
    show("A handler that raises, under the default mapping", &report);

    let bisect = mapping.clone().bisect_batch_on_function_error(true);
    let report = bisect.run(orders(), raises).await;
    show(
        "The same handler, under BisectBatchOnFunctionError",
        &report,
    );

    let partial = mapping.report_batch_item_failures(true);
    let report = partial.run(orders(), reports).await;
    show("#[stream_handler], under ReportBatchItemFailures", &report);
}

fn show(title: &str, report: &Report) {
    println!("── {title}\n\n{report}");
    let finished = report.records().iter().filter_map(|record| record.finished);
    println!(
        "processed: {} of {} records, {} times\n",
        finished.clone().filter(|times| *times > 0).count(),
        report.records().len(),
        finished.sum::<usize>()
    );
}
