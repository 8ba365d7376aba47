use std::pin::Pin;

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
fn on_line(_line: KinesisRecord<String>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async {})
}

fn main() {}
