#![allow(unused_imports)]

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(line) {}

fn main() {}
