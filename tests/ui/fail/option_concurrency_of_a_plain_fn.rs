use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(concurrency = 8)]
fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
