use stream_handler::{kinesis::KinesisRecord, stream_handler};

mod on_line {}

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
