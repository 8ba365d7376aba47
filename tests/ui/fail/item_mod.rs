use stream_handler::stream_handler;

#[stream_handler]
mod handlers {}

fn main() {}
