use stream_handler::{Context, kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line<'a>(_line: KinesisRecord<String>, _db: &'a str, #[context] _c: &'a Context) {}

fn main() {}
