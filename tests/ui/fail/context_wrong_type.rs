use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>, #[context] _deadline: u64) {}

fn main() {}
