use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
fn on_line(_line: KinesisRecord<String>) -> impl std::fmt::Display {
    1
}

fn main() {}
