use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(record_timeout = "2s")]
fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
