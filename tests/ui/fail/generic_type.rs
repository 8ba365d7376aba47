use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line<T>(_line: KinesisRecord<T>) {}

fn main() {}
