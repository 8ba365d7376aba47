use stream_handler::stream_handler;

#[stream_handler]
const LIMIT: u32 = 1;

fn main() {}
