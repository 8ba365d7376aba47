use stream_handler::{Context, kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>, _context: &Context) {}

#[tokio::main]
async fn main() {
    let _ = stream_handler::run(|batch| on_line::batch(batch)).await;
}
