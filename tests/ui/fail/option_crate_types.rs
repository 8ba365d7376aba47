use stream_handler::stream_handler;

mod vendored {
    pub use stream_handler as handlers;
}

#[stream_handler(crate = crate::vendored::handlers)]
async fn on_line(_line: String) {}

fn main() {}
