use stream_handler::{Window, kinesis::KinesisRecord, stream_handler};

#[derive(Default, Clone, serde::Serialize, serde::Deserialize)]
struct Totals {
    lines: u64,
}

async fn close(_window: Window<Totals>) {}

type Counts = std::collections::BTreeMap<String, u64>;

#[stream_handler(window = close)]
async fn on_line(_line: KinesisRecord<String>, #[state] _counts: &mut Counts) {}

fn main() {}
