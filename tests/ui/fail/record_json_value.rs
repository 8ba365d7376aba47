use stream_handler::stream_handler;

#[stream_handler]
async fn on_event(_event: serde_json::Value) {}

fn main() {}
