use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(dead_letter = to_queue)]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
