use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_lines(_lines: &[KinesisRecord<String>]) {}

fn main() {}
