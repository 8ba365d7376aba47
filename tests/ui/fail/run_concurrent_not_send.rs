//! Each invocation is a task that may change threads.

use std::rc::Rc;

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_order(_order: KinesisRecord<String>) {}

fn main() {
    let _ = stream_handler::run_concurrent(async |batch| {
        let kept = Rc::new(());
        let response = on_order::batch(batch).await;
        drop(kept);
        response
    });
}
