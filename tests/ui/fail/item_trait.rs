use stream_handler::stream_handler;

#[stream_handler]
pub trait Handler {}

fn main() {}
