use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_lines(_lines: Vec<KinesisRecord<String>>) {}

fn main() {}
