use stream_handler::{kinesis::KinesisRecord, stream_handler};

macro_rules! handler {
    ($name:ident, $($option:tt)*) => {
        #[stream_handler($($option)*)]
        async fn $name(_line: KinesisRecord<String>) {}
    };
}

handler!(on_line, retries = 3);

fn main() {}
