use stream_handler::stream_handler;

#[stream_handler]
async fn on_line(_line: impl AsRef<str>) {}

fn main() {}
