//! Generated code triggers no lint that a user may forbid.
#![forbid(
    unsafe_code,
    unused,
    dead_code,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    let_underscore_drop
)]

use stream_handler::{Context, kinesis::KinesisRecord, stream_handler};

/// A public one.
#[stream_handler]
pub async fn on_line(line: KinesisRecord<String>, db: &str) -> Result<(), String> {
    std::future::ready(()).await;
    if line.data() == db { Ok(()) } else { Err(line.into_data()) }
}

#[stream_handler]
fn on_other_line(line: KinesisRecord<String>, #[context] context: &Context, count: u64) {
    assert_ne!(line.data(), &format!("{}{count}", context.request_id));
}

fn main() {
    let _ = |event| on_line::batch(event, "");
    let _ = |event| on_other_line::batch(event, 1);
}
