use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>, #[cfg(not(all()))] _log: &str, _db: &str) {}

#[tokio::main]
async fn main() {
    let _ = stream_handler::run(|batch| on_line::batch(batch, "db")).await;
}
