#![deny(warnings)]
//! Two handlers of one name, of which a condition keeps one.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[cfg(all())]
#[stream_handler]
async fn on_line(_line: KinesisRecord<String>, _db: &str) {}

#[stream_handler]
#[cfg(not(all()))]
async fn on_line(_line: KinesisRecord<NotThere>) {}

#[stream_handler]
#[cfg(all())]
fn on_other_line(_line: KinesisRecord<String>, _db: &str) {}

#[cfg(not(all()))]
#[stream_handler]
fn on_other_line(_line: KinesisRecord<NotThere>) {}

fn main() {
    let _ = |event| on_line::batch(event, "");
    let _ = |event| on_other_line::batch(event, "");
}
