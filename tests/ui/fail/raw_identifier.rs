use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn r#type(r#match: &KinesisRecord<String>) {
    let _ = r#match;
}

fn main() {}
