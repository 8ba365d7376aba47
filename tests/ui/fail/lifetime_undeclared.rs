use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>, _db: &'a str) {}

fn main() {}
