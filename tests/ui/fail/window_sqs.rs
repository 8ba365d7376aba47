use stream_handler::{Window, sqs::SqsMessage, stream_handler};

#[derive(Default, Clone, serde::Serialize, serde::Deserialize)]
struct Totals {
    lines: u64,
}

async fn close(_window: Window<Totals>) {}

#[stream_handler(window = close)]
async fn on_line(_line: SqsMessage<String>, #[state] _totals: &mut Totals) {}

fn main() {}
