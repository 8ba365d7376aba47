use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
fn on_line(_line: KinesisRecord<String>, _log: dyn Fn(&str)) {}

fn main() {}
