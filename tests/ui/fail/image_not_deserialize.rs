use stream_handler::{dynamodb::DynamoDbRecord, stream_handler};

struct Order;

#[stream_handler]
async fn on_order(_order: DynamoDbRecord<Order>) {}

fn main() {}
