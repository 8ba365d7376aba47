#![deny(warnings)]
//! Whatever becomes a boxed error can be returned.

use std::{error::Error, fmt, io};

use stream_handler::{BoxError, Failure, kinesis::KinesisRecord, stream_handler};

#[derive(Debug)]
pub struct Own;

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("own")
    }
}

impl Error for Own {}

type Line = KinesisRecord<String>;
type Handled<E = BoxError> = Result<(), E>;

#[stream_handler]
pub fn nothing(_line: Line) {}
#[stream_handler]
pub fn unit(_line: Line) -> () {}
#[stream_handler]
pub async fn own(_line: Line) -> Result<(), Own> {
    Err(Own)
}
#[stream_handler]
pub async fn from_std(_line: Line) -> io::Result<()> {
    Ok(())
}
#[stream_handler]
pub async fn string(_line: Line) -> Result<(), String> {
    Ok(())
}
#[stream_handler]
pub async fn text(_line: Line) -> Result<(), &'static str> {
    Ok(())
}
#[stream_handler]
pub async fn borrowed(_line: Line, text: &str) -> Result<(), &str> {
    Err(text)
}
#[stream_handler]
pub async fn boxed(_line: Line) -> Result<(), Box<dyn Error + Send + Sync>> {
    Ok(())
}
#[stream_handler]
pub async fn failure(_line: Line) -> Result<(), Failure> {
    Err(Own)?
}
#[stream_handler]
pub async fn alias(_line: Line) -> Handled {
    Ok(())
}
#[stream_handler]
pub async fn alias_with_error(_line: Line) -> Handled<Own> {
    Ok(())
}

fn main() {
    let _ = (nothing::batch, unit::batch, own::batch, from_std::batch);
    let _ = (string::batch, text::batch, boxed::batch, failure::batch);
    let _ = (alias::batch, alias_with_error::batch);
    let _ = |event| borrowed::batch(event, "text");
}
