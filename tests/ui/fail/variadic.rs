use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
unsafe extern "C" fn on_line(_line: KinesisRecord<String>, _rest: ...) {}

fn main() {}
