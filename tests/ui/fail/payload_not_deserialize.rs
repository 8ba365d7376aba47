use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};

struct Order;

#[stream_handler]
async fn on_order(_order: KinesisRecord<Json<Order>>) {}

fn main() {}
