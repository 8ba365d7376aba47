//! The response must be the batch handler's.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_order(_order: KinesisRecord<String>) {}

fn main() {
    let _ = stream_handler::run(async |batch| {
        on_order::batch(batch).await?;
        Ok(())
    });
}
