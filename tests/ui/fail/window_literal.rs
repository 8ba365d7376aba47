use stream_handler::{Window, kinesis::KinesisRecord, stream_handler};

#[derive(Default, Clone, serde::Serialize, serde::Deserialize)]
struct Totals {
    lines: u64,
}

async fn close(_window: Window<Totals>) {}

#[stream_handler(window = "60s")]
async fn on_line(_line: KinesisRecord<String>, #[state] _totals: &mut Totals) {}

fn main() {}
