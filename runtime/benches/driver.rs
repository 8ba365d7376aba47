//! What it takes to run a batch whose records decode into nothing and whose handler does nothing;
//! and how close to the ideal records are run that wait.
//!
//! ```sh
//! cargo bench -p stream-handler --all-features --bench driver -- 'driver/16/'
//! ```

mod bare;
mod rivals;

use std::time::Duration;

use bare::Bare;
use criterion::{BatchSize, Criterion, Throughput};
use futures_util::{StreamExt as _, stream};
use rivals::{
    Source,
    bodies::{Body, RECORDS},
    entry::{context, runtime},
    order::Payload,
};
use serde::de::DeserializeOwned;
use stream_handler::{
    Batch, BatchError, BatchResponse, Event, LambdaEvent, kinesis::KinesisRecord, sqs::SqsMessage,
    stream_handler,
};
use tokio::{runtime::Runtime, time::sleep};

/// Handlers that do nothing.
#[allow(clippy::unused_async, reason = "handlers are async, whatever they do")]
mod idle {
    use super::{Bare, KinesisRecord, SqsMessage, stream_handler};

    #[stream_handler(concurrency = 1)]
    pub(super) async fn bare_by_1(_: Bare) {}

    #[stream_handler(concurrency = 16)]
    pub(super) async fn bare_by_16(_: Bare) {}

    #[stream_handler(concurrency = 64)]
    pub(super) async fn bare_by_64(_: Bare) {}

    #[stream_handler(concurrency = 1)]
    pub(super) async fn message_by_1(_: SqsMessage<()>) {}

    #[stream_handler(concurrency = 16)]
    pub(super) async fn message_by_16(_: SqsMessage<()>) {}

    #[stream_handler(concurrency = 64)]
    pub(super) async fn message_by_64(_: SqsMessage<()>) {}

    #[stream_handler(concurrency = 1)]
    pub(super) async fn record_by_1(_: KinesisRecord<()>) {}

    #[stream_handler(concurrency = 16)]
    pub(super) async fn record_by_16(_: KinesisRecord<()>) {}

    #[stream_handler(concurrency = 64)]
    pub(super) async fn record_by_64(_: KinesisRecord<()>) {}
}

/// Handlers that wait.
mod waiting {
    use super::{KinesisRecord, SqsMessage, WAIT, sleep, stream_handler};

    #[stream_handler(concurrency = 64)]
    pub(super) async fn message_by_64(_: SqsMessage<()>) {
        sleep(WAIT).await;
    }

    #[stream_handler(concurrency = 64)]
    pub(super) async fn record_by_64(_: KinesisRecord<()>) {
        sleep(WAIT).await;
    }
}

/// So long waits a handler for each record.
const WAIT: Duration = Duration::from_millis(5);

/// A batch of the size that was asked for, or of as many as find room.
fn deserialised<R>(source: Source, records: usize, keys: usize) -> (Batch<R>, usize)
where
    Batch<R>: DeserializeOwned,
{
    let body = Body::with(source, Payload::Small, records, keys, None).expect("small records");
    let batch = serde_json::from_slice(&body.json).expect("an event");
    (batch, body.records)
}

/// The time of the handler's `batch` alone.
fn measure<R>(
    criterion: &mut Criterion,
    runtime: &Runtime,
    group: &str,
    batch: impl Fn(usize) -> (Batch<R>, usize),
    handler: impl AsyncFn(LambdaEvent<Batch<R>>) -> Result<BatchResponse, BatchError>,
) {
    for records in RECORDS {
        let (batch, actual) = batch(records);
        let mut group = criterion.benchmark_group(format!("{group}/{records}"));
        group.throughput(Throughput::Elements(actual as u64));
        group.bench_function("batch", |bencher| {
            bencher.iter_batched(
                || LambdaEvent::new(batch.clone(), context()),
                |event| respond(runtime, &handler, event),
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

/// Makes sure that all records are done.
fn respond<R>(
    runtime: &Runtime,
    handler: impl AsyncFn(LambdaEvent<Batch<R>>) -> Result<BatchResponse, BatchError>,
    event: LambdaEvent<Batch<R>>,
) -> BatchResponse {
    let response = runtime.block_on(handler(event)).expect("a response");
    assert!(response.batch_item_failures().is_empty());
    response
}

/// Records with nothing in them: the driver, and little else.
fn bare(records: usize) -> (Batch<Bare>, usize) {
    let event = vec!["{}"; records].join(",");
    (Event::from(format!("[{event}]")).into(), records)
}

fn messages(records: usize) -> (Batch<SqsMessage<()>>, usize) {
    deserialised(Source::Sqs, records, 100)
}

fn records(records: usize) -> (Batch<KinesisRecord<()>>, usize) {
    deserialised(Source::Kinesis, records, 100)
}

fn driver(criterion: &mut Criterion) {
    let runtime = &runtime();
    measure(criterion, runtime, "driver/1", bare, idle::bare_by_1::batch);
    measure(
        criterion,
        runtime,
        "driver/16",
        bare,
        idle::bare_by_16::batch,
    );
    measure(
        criterion,
        runtime,
        "driver/64",
        bare,
        idle::bare_by_64::batch,
    );
    let group = "driver-sqs";
    measure(
        criterion,
        runtime,
        &format!("{group}/1"),
        messages,
        idle::message_by_1::batch,
    );
    measure(
        criterion,
        runtime,
        &format!("{group}/16"),
        messages,
        idle::message_by_16::batch,
    );
    measure(
        criterion,
        runtime,
        &format!("{group}/64"),
        messages,
        idle::message_by_64::batch,
    );
    let group = "driver-kinesis";
    measure(
        criterion,
        runtime,
        &format!("{group}/1"),
        records,
        idle::record_by_1::batch,
    );
    measure(
        criterion,
        runtime,
        &format!("{group}/16"),
        records,
        idle::record_by_16::batch,
    );
    measure(
        criterion,
        runtime,
        &format!("{group}/64"),
        records,
        idle::record_by_64::batch,
    );
}

/// Ten rounds of 64 records that wait at once: 50 ms, and what the timer is late.
fn makespan(criterion: &mut Criterion) {
    const RECORDS: usize = 640;
    const CONCURRENCY: usize = 64;
    let runtime = runtime();
    let mut group = criterion.benchmark_group("makespan");
    group.sample_size(10);
    let (messages, _) = deserialised(Source::Sqs, RECORDS, CONCURRENCY);
    group.bench_function("sqs", |bencher| {
        bencher.iter(|| {
            let event = LambdaEvent::new(messages.clone(), context());
            respond(&runtime, waiting::message_by_64::batch, event)
        });
    });
    let (records, _) = deserialised(Source::Kinesis, RECORDS, CONCURRENCY);
    group.bench_function("kinesis", |bencher| {
        bencher.iter(|| {
            let event = LambdaEvent::new(records.clone(), context());
            respond(&runtime, waiting::record_by_64::batch, event)
        });
    });
    group.bench_function("ideal", |bencher| {
        bencher.iter(|| {
            let waits = stream::iter(0..RECORDS).map(|_| sleep(WAIT));
            let waits = waits.buffer_unordered(CONCURRENCY).count();
            runtime.block_on(waits)
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    driver(&mut criterion);
    makespan(&mut criterion);
    criterion.final_summary();
}
