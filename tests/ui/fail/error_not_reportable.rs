use stream_handler::{kinesis::KinesisRecord, stream_handler};

struct Broken;

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) -> Result<(), Broken> {
    Err(Broken)
}

fn main() {}
