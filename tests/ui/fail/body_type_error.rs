use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) -> Result<(), String> {
    let length: u32 = _line.data();
    Ok(())
}

fn main() {}
