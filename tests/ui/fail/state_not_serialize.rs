use stream_handler::{Window, kinesis::KinesisRecord, stream_handler};

#[derive(Default, Clone)]
struct Totals;

async fn close(_window: Window<Totals>) {}

#[stream_handler(window = close)]
async fn on_line(_line: KinesisRecord<String>, #[state] _totals: &mut Totals) {}

fn main() {}
