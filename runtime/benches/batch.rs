//! From the body of an event to that of the response: this crate beside others, and what one bad
//! record costs the batch.
//!
//! ```sh
//! cargo bench -p stream-handler --all-features --bench batch -- 'batch/kinesis/small/1000/'
//! ```

mod rivals;

use std::{cell::LazyCell, hint::black_box, time::Duration};

use criterion::{Criterion, Throughput};
use rivals::{
    Case, Contender, Source, answer_with_dead_letters,
    bodies::{Bad, Body},
    check_bad,
    entry::runtime,
    order::{Payload, Seen},
};

fn batch(criterion: &mut Criterion) {
    let runtime = runtime();
    for case in Case::all() {
        let Some(body) = case.body() else {
            continue;
        };
        let checked = LazyCell::new(|| {
            case.check(&body, &runtime);
            &body
        });
        let (source, payload) = (case.source.name(), case.payload.name());
        let mut group =
            criterion.benchmark_group(format!("batch/{source}/{payload}/{}", case.records));
        group.throughput(Throughput::Elements(body.records as u64));
        for contender in Contender::ALL {
            group.bench_function(contender.name(), |bencher| {
                let json = &checked.json;
                bencher.iter(|| {
                    let json = black_box(json);
                    runtime.block_on(contender.answer(case.source, json, &Seen::NOTHING))
                });
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
            ("payload", Bad::Payload),
            ("envelope", Bad::Envelope),
            ("envelope-shape", Bad::Shape),
        ] {
            let body = |bad| Body::with(source, Payload::Small, RECORDS, 100, bad);
            let (Some(clean), Some(odd)) = (body(None), body(Some(bad))) else {
                continue;
            };
            let checked = LazyCell::new(|| {
                check_bad(source, bad, &odd, &runtime);
                &odd
            });
            let mut group =
                criterion.benchmark_group(format!("one-bad/{}/{kind}/{RECORDS}", source.name()));
            group.throughput(Throughput::Elements(RECORDS as u64));
            let answer = |body: &Body| {
                let json = black_box(&body.json);
                // Without an identifier a record can't be reported, but it can be dead-lettered.
                if bad == Bad::Shape {
                    runtime.block_on(answer_with_dead_letters(source, json, &Seen::NOTHING))
                } else {
                    let contender = Contender::StreamHandler;
                    runtime.block_on(contender.answer(source, json, &Seen::NOTHING))
                }
            };
            group.bench_function("clean", |bencher| bencher.iter(|| answer(&clean)));
            group.bench_function("bad", |bencher| {
                let body = *checked;
                bencher.iter(|| answer(body));
            });
            group.finish();
        }
    }
}

/// Much is measured: each of it for little more than a second.
fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

fn main() {
    let mut criterion = short().configure_from_args();
    batch(&mut criterion);
    one_bad(&mut criterion);
    criterion.final_summary();
}
