use stream_handler::{kinesis::KinesisRecord, stream_handler};

macro_rules! handler {
    ($name:ident, $record:ty) => {
        #[stream_handler]
        async fn $name(_record: $record) {}
    };
}

handler!(on_line, &KinesisRecord<String>);

fn main() {}
