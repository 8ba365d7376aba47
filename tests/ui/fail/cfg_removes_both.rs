#![allow(unused_imports)]

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
#[cfg(not(all()))]
async fn on_line(line: KinesisRecord<String>) {}

#[tokio::main]
async fn main() {
    let _ = stream_handler::run(on_line::batch).await;
}
