#![deny(warnings)]
//! `cfg_attr` as it comes out, and attributes that mean nothing to the companion.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
#[cfg_attr(all(), deprecated)]
#[track_caller]
#[cold]
pub fn old(_line: KinesisRecord<String>) {}

#[cfg_attr(all(), stream_handler)]
#[cfg_attr(all(), allow(dead_code))]
async fn unused(_line: KinesisRecord<String>) {}

#[cfg_attr(not(all()), stream_handler)]
async fn no_handler(_line: KinesisRecord<String>) {}

#[expect(clippy::unused_async, reason = "awaits nothing yet")]
#[stream_handler]
#[doc(alias = "line", hidden)]
pub async fn on_line(_line: KinesisRecord<String>) {}

fn main() {
    let _ = no_handler;
    let _ = on_line::batch;
}
