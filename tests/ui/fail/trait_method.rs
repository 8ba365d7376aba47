use stream_handler::{kinesis::KinesisRecord, stream_handler};

trait Handler {
    #[stream_handler]
    async fn on_line(_line: KinesisRecord<String>);
}

fn main() {}
