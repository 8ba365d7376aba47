use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(window = close)]
async fn on_line(_line: KinesisRecord<String>, #[state] _totals: &mut std::collections::BTreeMap<String, u64>) {}

fn main() {}
