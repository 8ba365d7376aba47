use stream_handler::{LambdaEvent, kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: LambdaEvent<KinesisRecord<String>>) {}

fn main() {}
