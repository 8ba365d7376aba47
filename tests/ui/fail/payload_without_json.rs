use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[derive(serde::Deserialize)]
struct Order;

#[stream_handler]
async fn on_order(_order: KinesisRecord<Order>) {}

fn main() {}
