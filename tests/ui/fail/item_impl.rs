use stream_handler::stream_handler;

struct Handler;

#[stream_handler]
impl Handler {}

fn main() {}
