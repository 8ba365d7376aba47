use stream_handler::{kinesis::KinesisRecord, stream_handler};

struct Order;

type OrderRecord = KinesisRecord<Order>;

#[stream_handler]
async fn on_order(_order: OrderRecord) {}

fn main() {}
