//! The memory that a batch takes, from the body of an event to that of the response. The body
//! itself does not count, as it is there before; a copy of it does.
//!
//! ```sh
//! cargo bench -p stream-handler --features aws_lambda_events --bench memory -- kinesis/small/
//! ```
//!
//! Prints a line of JSON for each case and contender; with an argument, only for those whose
//! `source/payload/records/contender` contains it. A reallocation counts as an allocation of the
//! whole new size.

mod rivals;

use std::env;

use rivals::{
    Case, Contender, check,
    entry::{deliver, runtime},
    order::Seen,
};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const CONTENDERS: [Contender; 3] = [
    Contender::StreamHandler,
    Contender::AwsTypes,
    Contender::ByHand,
];

fn main() {
    let filter = env::args().skip(1).find(|argument| argument != "--bench");
    let filter = filter.unwrap_or_default();
    let runtime = runtime();
    for case in Case::all() {
        let chosen = |contender: &Contender| {
            format!("{}/{}", case.name(), contender.name()).contains(&filter)
        };
        let chosen: Vec<Contender> = CONTENDERS.into_iter().filter(chosen).collect();
        if chosen.is_empty() {
            continue;
        }
        let body = case.body();
        check(&body, &runtime);
        for contender in chosen {
            let respond =
                |invocation| contender.respond(&runtime, &body, invocation, &Seen::NOTHING);
            // What is allocated only once is there after a first invocation.
            let (invocation, _buffer) = deliver(&body.json);
            drop(respond(invocation));
            let (invocation, _buffer) = deliver(&body.json);
            let profiler = dhat::Profiler::builder().testing().build();
            let response = respond(invocation);
            let stats = dhat::HeapStats::get();
            drop(profiler);
            drop(response);
            let line = json!({
                "source": case.source.name(),
                "payload": case.payload.name(),
                "records": case.records,
                "contender": contender.name(),
                "allocations_per_record": per(stats.total_blocks, body.records),
                "peak_bytes": stats.max_bytes,
            });
            println!("{line}");
        }
    }
}

/// A mean, to the hundredth.
#[allow(clippy::cast_precision_loss, reason = "no body has that many bytes")]
fn per(total: u64, records: usize) -> f64 {
    (total as f64 * 100.0 / records as f64).round() / 100.0
}
