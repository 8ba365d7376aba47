//! `lambda_runtime::run` takes a service, and `stream_handler::run` makes one.

use stream_handler::{kinesis::KinesisRecord, lambda_runtime::service_fn, stream_handler};

#[stream_handler]
async fn on_order(_order: KinesisRecord<String>) {}

fn main() {
    let _ = stream_handler::run(service_fn(on_order::batch));
}
