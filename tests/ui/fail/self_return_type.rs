use stream_handler::{kinesis::KinesisRecord, stream_handler};

struct Handler;

impl Handler {
    #[stream_handler]
    async fn on_line(_line: KinesisRecord<String>) -> Result<(), Self> {
        Ok(())
    }
}

fn main() {}
