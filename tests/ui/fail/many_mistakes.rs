use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(retries = 3, crate)]
const unsafe fn on_line<T>(_line: &KinesisRecord<String>, _log: impl Fn(&str)) -> impl Future<Output = ()>
where
    T: Clone,
{
    async {}
}

fn main() {}
