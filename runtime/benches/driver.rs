//! The time that the driver takes for records with nothing in them, and how close it comes to the
//! ideal for handlers that wait.
//!
//! ```sh
//! cargo bench -p stream-handler --features aws_lambda_events --bench driver -- 'driver/empty-by-64/'
//! ```

mod bare;
mod rivals;

use std::time::Duration;

use bare::Bare;
use criterion::{BatchSize, Criterion, Throughput};
use futures_util::{StreamExt as _, stream};
use rivals::{
    Source,
    bodies::{Body, KEYS},
    entry::{context, runtime},
    order::Payload,
};
use serde::de::DeserializeOwned;
use stream_handler::{
    Batch, BatchError, BatchResponse, Event, LambdaEvent, kinesis::KinesisRecord, sqs::SqsMessage,
    stream_handler,
};
use tokio::{runtime::Runtime, time::sleep};

/// The time that [`waiting`] handlers take for each record.
const WAIT: Duration = Duration::from_millis(5);

/// Handlers that do nothing.
#[allow(clippy::unused_async, reason = "handlers are async, whatever they do")]
mod idle {
    use super::{Bare, KinesisRecord, stream_handler};

    #[stream_handler]
    pub(super) async fn bare(_: Bare) {}

    #[stream_handler(concurrency = 64)]
    pub(super) async fn bare_by_64(_: Bare) {}

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

fn small<R>(source: Source, records: usize) -> Batch<R>
where
    Batch<R>: DeserializeOwned,
{
    let body = Body::new(source, Payload::Small, records, None);
    serde_json::from_slice(&body.json).expect("an event")
}

fn empty(records: usize) -> Batch<Bare> {
    let records = vec!["{}"; records].join(",");
    Event::from(format!("[{records}]")).into()
}

/// Times the handler's `batch` alone, for batches of 100 and of 10,000 records.
fn measure<R>(
    criterion: &mut Criterion,
    runtime: &Runtime,
    name: &str,
    batch: impl Fn(usize) -> Batch<R>,
    handler: impl AsyncFn(LambdaEvent<Batch<R>>) -> Result<BatchResponse, BatchError>,
) {
    for records in [100, 10_000] {
        let batch = batch(records);
        let mut group = criterion.benchmark_group(format!("driver/{name}/{records}"));
        group.throughput(Throughput::Elements(records as u64));
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

/// The response, in which no record has failed.
fn respond<R>(
    runtime: &Runtime,
    handler: impl AsyncFn(LambdaEvent<Batch<R>>) -> Result<BatchResponse, BatchError>,
    event: LambdaEvent<Batch<R>>,
) -> BatchResponse {
    let response = runtime.block_on(handler(event)).expect("a response");
    assert!(response.batch_item_failures().is_empty());
    response
}

fn driver(criterion: &mut Criterion) {
    let runtime = &runtime();
    let records = |records| small(Source::Kinesis, records);
    measure(criterion, runtime, "empty", empty, idle::bare::batch);
    measure(
        criterion,
        runtime,
        "empty-by-64",
        empty,
        idle::bare_by_64::batch,
    );
    measure(
        criterion,
        runtime,
        "kinesis-by-64",
        records,
        idle::record_by_64::batch,
    );
}

/// Ten rounds of 64 records that wait at the same time: 50 ms, and the delay of the timer.
fn makespan(criterion: &mut Criterion) {
    const RECORDS: usize = 10 * KEYS;
    let runtime = runtime();
    let mut group = criterion.benchmark_group("makespan");
    group.sample_size(10);
    let messages = small(Source::Sqs, RECORDS);
    group.bench_function("sqs", |bencher| {
        bencher.iter(|| {
            let event = LambdaEvent::new(messages.clone(), context());
            respond(&runtime, waiting::message_by_64::batch, event)
        });
    });
    let records = small(Source::Kinesis, RECORDS);
    group.bench_function("kinesis", |bencher| {
        bencher.iter(|| {
            let event = LambdaEvent::new(records.clone(), context());
            respond(&runtime, waiting::record_by_64::batch, event)
        });
    });
    group.bench_function("ideal", |bencher| {
        bencher.iter(|| {
            let waits = stream::iter(0..RECORDS).map(|_| sleep(WAIT));
            runtime.block_on(waits.buffer_unordered(KEYS).count())
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
