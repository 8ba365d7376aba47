use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(retries = 3, crate)]
#[stream_handler]
const unsafe extern "C" fn on_line<T>(
    #[context] _line: &KinesisRecord<String>,
    #[context(clone)] _context: T,
    _log: impl Fn(&str),
    #[cfg(unix)] _count: &mut u64,
) -> impl Future<Output = ()>
where
    T: Clone;

fn main() {}
