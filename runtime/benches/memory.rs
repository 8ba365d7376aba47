//! What a batch takes of memory, from the body of an event to that of the response. The body itself
//! doesn't count: it is there before, and stays, as `lambda_runtime` keeps it.
//!
//! ```sh
//! cargo bench -p stream-handler --all-features --bench memory -- kinesis/small/
//! ```
//!
//! Prints a line of JSON for each case and contender; with an argument, for those whose
//! `source/payload/records/contender` contains it. A reallocation counts as an allocation, with
//! all of its new size.

mod rivals;

use std::env;

use rivals::{Case, Contender, entry::runtime, order::Seen};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() {
    let filter = env::args().skip(1).find(|argument| argument != "--bench");
    let filter = filter.unwrap_or_default();
    let runtime = runtime();
    for case in Case::all() {
        let (source, payload) = (case.source.name(), case.payload.name());
        let chosen = Contender::ALL.into_iter().filter(|contender| {
            let records = case.records;
            format!("{source}/{payload}/{records}/{}", contender.name()).contains(&filter)
        });
        let mut chosen = chosen.peekable();
        if chosen.peek().is_none() {
            continue;
        }
        let Some(body) = case.body() else {
            continue;
        };
        case.check(&body, &runtime);
        for contender in chosen {
            let answer =
                || runtime.block_on(contender.answer(case.source, &body.json, &Seen::NOTHING));
            drop(answer());
            let profiler = dhat::Profiler::builder().testing().build();
            let response = answer();
            let stats = dhat::HeapStats::get();
            drop(profiler);
            drop(response);
            let line = json!({
                "source": source,
                "payload": payload,
                "records": case.records,
                "actual": body.records,
                "contender": contender.name(),
                "allocations_per_record": per(stats.total_blocks, body.records),
                "bytes_per_record": per(stats.total_bytes, body.records),
                "peak_bytes": stats.max_bytes,
            });
            println!("{line}");
        }
    }
}

/// To the hundredth.
#[allow(clippy::cast_precision_loss, reason = "no body has so many bytes")]
fn per(total: u64, records: usize) -> f64 {
    (total as f64 * 100.0 / records as f64).round() / 100.0
}
