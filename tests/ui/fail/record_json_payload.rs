use stream_handler::{Json, stream_handler};

#[derive(serde::Deserialize)]
struct Order;

#[stream_handler]
async fn on_order(_order: Json<Order>) {}

fn main() {}
