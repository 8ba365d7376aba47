use stream_handler::{DeadLetter, kinesis::KinesisRecord, stream_handler};

async fn to_queue(_letter: DeadLetter) -> u32 {
    1
}

#[stream_handler(dead_letter = to_queue)]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
