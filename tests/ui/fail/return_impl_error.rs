use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) -> Result<(), impl std::error::Error + Send + Sync + 'static> {
    Err(std::fmt::Error)
}

fn main() {}
