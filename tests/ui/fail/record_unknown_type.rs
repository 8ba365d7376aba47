use stream_handler::stream_handler;

#[stream_handler]
async fn on_line(_line: KinesisRecrod<String>) {}

fn main() {}
