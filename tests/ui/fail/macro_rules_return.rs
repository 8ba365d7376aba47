use stream_handler::{kinesis::KinesisRecord, stream_handler};

macro_rules! handler {
    ($name:ident -> $output:ty $body:block) => {
        #[stream_handler]
        async fn $name(_line: KinesisRecord<String>) -> $output $body
    };
}

handler!(on_line -> u32 { 1 });

fn main() {}
