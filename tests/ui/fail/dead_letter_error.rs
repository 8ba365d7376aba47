use stream_handler::{DeadLetter, kinesis::KinesisRecord, stream_handler};

struct Broken;

async fn to_queue(_letter: DeadLetter) -> Result<(), Broken> {
    Ok(())
}

#[stream_handler(dead_letter = to_queue)]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
