//! The time of a batch depending on `concurrency`: the overhead, with a record handler that does
//! nothing, and the gain, with a record handler that waits.
//!
//! ```sh
//! cargo bench -p stream-handler --features aws_lambda_events --bench concurrency
//! ```

mod rivals;

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use futures_util::{StreamExt as _, stream};
use rivals::{
    Source,
    bodies::{Body, KEYS},
    entry::{context, runtime},
    order::Payload,
};
use stream_handler::{
    Batch, BatchError, BatchResponse, Event, LambdaEvent, kinesis::KinesisRecord, sqs::SqsMessage,
    stream_handler,
};
use tokio::{runtime::Runtime, time::sleep};

/// The time that waiting handlers take for each record.
const WAIT: Duration = Duration::from_millis(5);

/// Handlers that read no payload.
#[allow(clippy::unused_async, reason = "handlers are async, whatever they do")]
mod handlers {
    use super::{KinesisRecord, SqsMessage, WAIT, sleep, stream_handler};

    #[stream_handler]
    pub(super) async fn idle(_: KinesisRecord<()>) {}

    #[stream_handler(concurrency = 64)]
    pub(super) async fn idle_by_64(_: KinesisRecord<()>) {}

    #[stream_handler(concurrency = 64)]
    pub(super) async fn record_by_64(_: KinesisRecord<()>) {
        sleep(WAIT).await;
    }

    #[stream_handler(concurrency = 64)]
    pub(super) async fn message_by_64(_: SqsMessage<()>) {
        sleep(WAIT).await;
    }
}

fn batch<R>(source: Source, records: usize) -> Batch<R> {
    let body = Body::new(source, Payload::Small, records, None);
    let json = String::from_utf8(body.json).expect("JSON");
    Event::from(json).into()
}

/// The response, in which no record has failed.
fn respond<R>(
    runtime: &Runtime,
    handler: impl AsyncFn(LambdaEvent<Batch<R>>) -> Result<BatchResponse, BatchError>,
    batch: Batch<R>,
) -> BatchResponse {
    let event = LambdaEvent::new(batch, context());
    let response = runtime.block_on(handler(event)).expect("a response");
    assert!(response.batch_item_failures().is_empty());
    response
}

fn idle(criterion: &mut Criterion) {
    let runtime = runtime();
    for records in [100, 10_000] {
        let batch = batch(Source::Kinesis, records);
        let mut group = criterion.benchmark_group(format!("idle/{records}"));
        group.throughput(Throughput::Elements(records as u64));
        group.bench_function("1", |bencher| {
            bencher.iter_batched(
                || batch.clone(),
                |batch| respond(&runtime, handlers::idle::batch, batch),
                BatchSize::SmallInput,
            );
        });
        group.bench_function("64", |bencher| {
            bencher.iter_batched(
                || batch.clone(),
                |batch| respond(&runtime, handlers::idle_by_64::batch, batch),
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

/// Ten rounds of 64 records that wait at the same time: 50 ms, and the delay of the timer.
fn waiting(criterion: &mut Criterion) {
    const RECORDS: usize = 10 * KEYS;
    let runtime = runtime();
    let mut group = criterion.benchmark_group("waiting");
    group.sample_size(10);
    let messages = batch(Source::Sqs, RECORDS);
    group.bench_function("sqs", |bencher| {
        bencher.iter(|| respond(&runtime, handlers::message_by_64::batch, messages.clone()));
    });
    let records = batch(Source::Kinesis, RECORDS);
    group.bench_function("kinesis", |bencher| {
        bencher.iter(|| respond(&runtime, handlers::record_by_64::batch, records.clone()));
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
    idle(&mut criterion);
    waiting(&mut criterion);
    criterion.final_summary();
}
