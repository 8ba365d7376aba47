use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line<const N: usize>(_line: KinesisRecord<String>, _n: [u8; N]) {}

fn main() {}
