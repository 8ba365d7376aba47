use stream_handler::{kinesis::KinesisRecord, stream_handler};

struct Handler;

impl Handler {
    #[stream_handler]
    async fn on_line(&self, _line: KinesisRecord<String>) {}
}

fn main() {}
