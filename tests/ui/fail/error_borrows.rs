use std::{error::Error, fmt};

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[derive(Debug)]
struct Broken<'a>(&'a str);

impl fmt::Display for Broken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Broken<'_> {}

#[stream_handler]
async fn on_line<'a>(_line: KinesisRecord<String>, db: &'a str) -> Result<(), Broken<'a>> {
    Err(Broken(db))
}

fn main() {}
