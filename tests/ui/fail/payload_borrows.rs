use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};

#[derive(serde::Deserialize)]
struct Order<'a> {
    name: &'a str,
}

#[stream_handler]
async fn on_order(_order: KinesisRecord<Json<Order<'_>>>) {}

fn main() {}
