use stream_handler::stream_handler;

struct Db;

#[stream_handler]
async fn on_line(_line: String, _db: Db, #[context] _deadline: u64) -> u32 {
    1
}

fn main() {}
