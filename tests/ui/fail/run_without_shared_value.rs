//! A batch handler with shared values takes two arguments: it needs a closure.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

struct Db;

#[stream_handler]
async fn on_order(_order: KinesisRecord<String>, _db: &Db) {}

fn main() {
    let _ = stream_handler::run(on_order::batch);
}
