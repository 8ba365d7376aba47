use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line<'a>(_line: KinesisRecord<String>, _db: &'a str)
where
    'a: 'static,
{
}

fn main() {}
