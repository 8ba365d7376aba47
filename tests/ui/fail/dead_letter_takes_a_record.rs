use stream_handler::{kinesis::KinesisRecord, stream_handler};

async fn to_queue(_line: KinesisRecord<String>) {}

#[stream_handler(dead_letter = to_queue)]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
