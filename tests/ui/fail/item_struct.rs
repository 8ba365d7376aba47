use stream_handler::stream_handler;

#[stream_handler]
struct OnOrder;

fn main() {}
