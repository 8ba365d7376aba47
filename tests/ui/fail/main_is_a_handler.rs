use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn main(_line: KinesisRecord<String>) {}
