#![deny(warnings)]
//! Other attribute macros on the function, before and after ours.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
#[tracing::instrument(skip_all)]
async fn before(line: KinesisRecord<String>, db: &str) -> Result<(), String> {
    tokio::task::yield_now().await;
    Err(format!("{db}{}", line.data()))
}

#[tracing::instrument(skip_all)]
#[stream_handler]
async fn after(line: KinesisRecord<String>, db: &str) -> Result<(), String> {
    tokio::task::yield_now().await;
    Err(format!("{db}{}", line.data()))
}

fn main() {
    let _ = |event| before::batch(event, "");
    let _ = |event| after::batch(event, "");
}
