use stream_handler::{sqs::SqsMessage, stream_handler};

#[derive(serde::Deserialize)]
struct Order;

#[stream_handler]
async fn on_order(_order: SqsMessage<Order>) {}

fn main() {}
