use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(on_full_failure = "panic")]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
