//! Each invocation at a time has a clone of the handler.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

struct Db;

#[stream_handler]
async fn on_order(_order: KinesisRecord<String>) {}

fn main() {
    let db = Db;
    let _ = stream_handler::run_concurrent(move |batch| {
        let _ = &db;
        on_order::batch(batch)
    });
}
