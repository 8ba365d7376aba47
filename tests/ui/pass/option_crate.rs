#![deny(warnings)]
//! The runtime crate under another path.

mod vendored {
    pub use stream_handler as handlers;
}

use vendored::handlers::{kinesis::KinesisRecord, stream_handler};

#[stream_handler(crate = crate::vendored::handlers)]
pub async fn on_line(_line: KinesisRecord<String>, _db: &str) {}

#[stream_handler(crate = vendored::handlers,)]
pub fn on_other_line(_line: KinesisRecord<String>) -> Result<(), String> {
    Ok(())
}

#[stream_handler()]
pub fn no_options(_line: KinesisRecord<String>) {}

fn main() {
    let _ = |event| on_line::batch(event, "");
    let _ = (on_other_line::batch, no_options::batch);
}
