//! `run` takes the batch handler, not the record handler.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_order(_order: KinesisRecord<String>) {}

fn main() {
    let _ = stream_handler::run(on_order);
}
