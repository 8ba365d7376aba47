use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line((_line, _db): (KinesisRecord<String>, String)) {}

fn main() {}
