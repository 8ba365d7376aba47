#![deny(unused)]
//! A handler is used when its function is, or its batch handler.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn function(_line: KinesisRecord<String>) {}

#[stream_handler]
async fn batch_handler(_line: KinesisRecord<String>) {}

fn main() {
    let _ = function;
    let _ = batch_handler::batch;
}
