use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};

struct Order;

#[stream_handler]
async fn on_orders(_orders: KinesisRecord<Json<Vec<Order>>>) {}

fn main() {}
