use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(, crate = ::stream_handler,)]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
