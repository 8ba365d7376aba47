use stream_handler::{kinesis::KinesisRecord, stream_handler};

fn main() {
    struct Local;

    #[stream_handler]
    async fn on_line(_line: KinesisRecord<String>, _local: Local) {}
}
