//! Nothing can be borrowed from `main` by invocations that run beside it.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

struct Db;

#[stream_handler]
async fn on_order(_order: KinesisRecord<String>, _db: &Db) {}

fn main() {
    let db = Db;
    let _ = stream_handler::run_concurrent(|batch| on_order::batch(batch, &db));
}
