use stream_handler::{kinesis::KinesisRecord, stream_handler as handler};

#[handler]
#[handler]
async fn on_line(_line: KinesisRecord<String>) {}

fn main() {}
