use stream_handler::{kinesis::KinesisRecord, stream_handler};

type Handled = Result<u64, String>;

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) -> Handled {
    Ok(1)
}

fn main() {}
