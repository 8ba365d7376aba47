use stream_handler::{DeadLetter, kinesis::KinesisRecord, stream_handler};

async fn to_queue(_letter: DeadLetter) {}

#[stream_handler(dead_letter = to_queue)]
async fn on_line(_line: KinesisRecord<String>, _db: &str) {}

fn main() {}
