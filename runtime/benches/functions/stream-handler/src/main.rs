//! Orders from Kinesis, with `#[stream_handler]`.

use serde::Deserialize;
use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};

#[derive(Deserialize)]
struct Order {
    id: u64,
    customer: String,
    total: f64,
    note: Option<String>,
}

#[stream_handler]
async fn on_order(record: KinesisRecord<Json<Order>>) -> Result<(), String> {
    let Json(Order {
        id,
        customer,
        total,
        note,
    }) = record.data();
    if customer.is_empty() || *total < 0.0 || note.as_ref().is_some_and(|note| note.is_empty()) {
        return Err(format!("order {id} of {customer:?} is over {total}"));
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    stream_handler::run(on_order::batch).await
}
