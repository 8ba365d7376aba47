#![deny(unused)]

mod handlers {
    use stream_handler::{kinesis::KinesisRecord, stream_handler};

    /// Documented.
    #[stream_handler]
    pub fn on_line(_line: KinesisRecord<String>) {}
}

fn main() {}
