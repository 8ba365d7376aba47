use stream_handler::{Window, kinesis::KinesisRecord, stream_handler};

async fn close(_window: Window<u64>) {}

#[stream_handler(window = close)]
async fn on_line(_line: KinesisRecord<String>, _db: &str) {}

fn main() {}
