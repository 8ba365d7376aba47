use stream_handler::stream_handler;

#[stream_handler]
unsafe extern "C" {}

fn main() {}
