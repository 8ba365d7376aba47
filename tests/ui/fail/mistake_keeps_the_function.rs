use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(retries = 3)]
async fn on_line(_line: KinesisRecord<String>, _db: &str) -> Result<(), String> {
    Err(_db.to_owned())
}

#[tokio::main]
async fn main() {
    let _ = stream_handler::run(|batch| on_line::batch(batch, "db")).await;
}
