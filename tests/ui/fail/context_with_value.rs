use stream_handler::{Context, kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>, #[context(clone)] _context: Context) {}

fn main() {}
