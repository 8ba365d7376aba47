//! The time from the body of an event to that of the response, and the extra time for one bad record.
//!
//! ```sh
//! cargo bench -p stream-handler --features aws_lambda_events --bench batch -- 'batch/kinesis/small/1000/'
//! ```

mod rivals;

use std::{cell::LazyCell, time::Duration};

use criterion::{BatchSize, Bencher, Criterion, Throughput};
use rivals::{
    Case, Contender, Source,
    bodies::{Bad, Body},
    check, check_bad,
    entry::{deliver, runtime},
    order::{Payload, Seen},
};
use tokio::runtime::Runtime;

/// Times a contender. Invocations are made outside of the time, a few at once so that they stay in
/// the processor's cache, as a body does that was just received.
fn time(bencher: &mut Bencher<'_>, runtime: &Runtime, contender: Contender, body: &Body) {
    const AT_ONCE: usize = 128 * 1024;
    let invocations = (AT_ONCE / body.json.len()).clamp(1, 16);
    bencher.iter_batched(
        || deliver(&body.json),
        |(invocation, buffer)| {
            let response = contender.respond(runtime, body, invocation, &Seen::NOTHING);
            // What is returned is dropped outside of the time.
            (response, buffer)
        },
        BatchSize::NumIterations(invocations as u64),
    );
}

fn batch(criterion: &mut Criterion) {
    let runtime = runtime();
    for case in Case::all() {
        // Only the chosen cases are made and checked.
        let checked = LazyCell::new(|| {
            let body = case.body();
            check(&body, &runtime);
            body
        });
        let mut group = criterion.benchmark_group(format!("batch/{}", case.name()));
        group.throughput(Throughput::Elements(case.records as u64));
        for contender in Contender::ALL {
            group.bench_function(contender.name(), |bencher| {
                time(bencher, &runtime, contender, &checked);
            });
        }
        group.finish();
    }
}

fn one_bad(criterion: &mut Criterion) {
    const RECORDS: usize = 1000;
    let runtime = runtime();
    for source in Source::ALL {
        for (kind, bad) in [
            ("clean", None),
            ("payload", Some(Bad::Payload)),
            ("envelope", Some(Bad::Envelope)),
        ] {
            let checked = LazyCell::new(|| {
                let body = Body::new(source, Payload::Small, RECORDS, bad);
                if let Some(bad) = bad {
                    check_bad(bad, &body, &runtime);
                }
                body
            });
            let mut group = criterion.benchmark_group(format!("one-bad/{}", source.name()));
            group.throughput(Throughput::Elements(RECORDS as u64));
            group.bench_function(kind, |bencher| {
                time(bencher, &runtime, Contender::StreamHandler, &checked);
            });
            group.finish();
        }
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    batch(&mut criterion);
    one_bad(&mut criterion);
    criterion.final_summary();
}
