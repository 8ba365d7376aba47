use stream_handler::{kinesis::KinesisRecord, stream_handler};

struct Db;

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>, _db: Db) {}

fn main() {}
