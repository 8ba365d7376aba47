#![deny(unused)]

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
pub async fn on_line(_line: KinesisRecord<String>, db: &str) {}

fn main() {}
