use stream_handler::{kinesis::KinesisRecord, stream_handler};

static COUNT: u64 = 0;

#[stream_handler(observer = COUNT)]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
