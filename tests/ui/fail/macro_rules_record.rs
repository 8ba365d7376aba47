use stream_handler::stream_handler;

macro_rules! handler {
    ($name:ident, $record:ty) => {
        #[stream_handler]
        async fn $name(_record: $record) {}
    };
}

handler!(on_line, Vec<u8>);

fn main() {}
