use std::{error::Error, fmt, rc::Rc};

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[derive(Debug)]
struct Broken(Rc<str>);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Broken {}

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) -> Result<(), Broken> {
    Err(Broken("".into()))
}

fn main() {}
