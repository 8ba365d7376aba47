use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
#[tokio::main]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
