use stream_handler::{BatchResponse, kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) -> Result<BatchResponse, String> {
    unimplemented!()
}

fn main() {}
