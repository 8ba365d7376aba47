#![deny(warnings)]
//! Patterns, `_` and `mut` are fine, and `mut` is not called unused.

use stream_handler::{Context, kinesis::KinesisRecord, stream_handler};

#[derive(Clone)]
pub struct Point {
    x: i32,
    y: i32,
}

#[stream_handler]
pub async fn on_line(
    mut line: KinesisRecord<String>,
    Point { x, y }: Point,
    (a, _): (i32, i32),
    _: &str,
    mut count: u64,
    #[context] Context { request_id, .. }: &Context,
) {
    count += 1;
    line = line.with_partition_key(request_id);
    let _ = (line, x + y + a, count);
}

#[stream_handler]
pub fn ignored(_: KinesisRecord<String>) {}

fn main() {
    let _ = |event| on_line::batch(event, Point { x: 0, y: 0 }, (1, 2), "", 0);
    let _ = ignored::batch;
}
