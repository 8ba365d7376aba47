use stream_handler::stream_handler;

struct Order;

#[stream_handler]
async fn on_order(_order: Order) {}

fn main() {}
