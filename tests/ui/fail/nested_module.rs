mod handlers {
    pub mod lines {
        use stream_handler::stream_handler;

        #[stream_handler]
        pub(super) async fn on_line(_line: String) {}
    }
}

fn main() {}
