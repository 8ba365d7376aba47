use stream_handler::{Json, dynamodb::DynamoDbRecord, stream_handler};

#[derive(serde::Deserialize)]
struct Order;

#[stream_handler]
async fn on_order(_order: DynamoDbRecord<Json<Order>>) {}

fn main() {}
