use stream_handler::stream_handler;

#[stream_handler]
static LIMIT: u32 = 1;

fn main() {}
