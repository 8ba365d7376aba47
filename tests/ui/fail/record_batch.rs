use stream_handler::{Batch, kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_lines(_lines: Batch<KinesisRecord<String>>) {}

fn main() {}
