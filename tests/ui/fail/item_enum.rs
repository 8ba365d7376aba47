use stream_handler::stream_handler;

#[stream_handler]
enum Order {}

fn main() {}
