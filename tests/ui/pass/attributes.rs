#![deny(warnings, missing_docs)]
//! Other attributes, before and after ours; the companion follows `cfg` and visibility.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

/// Documented.
#[deprecated]
#[stream_handler]
#[allow(clippy::unused_async)]
#[inline(never)]
pub async fn old(_line: KinesisRecord<String>) {}

/// On this platform.
#[cfg(all())]
#[stream_handler]
pub async fn here(_line: KinesisRecord<String>) {}

/// On another.
#[stream_handler]
#[cfg(not(all()))]
pub async fn elsewhere(_line: KinesisRecord<String>) {}

/// With a condition on an attribute.
#[stream_handler]
#[cfg_attr(all(), must_use)]
pub fn result(_line: KinesisRecord<String>) -> Result<(), String> {
    Ok(())
}

mod nested {
    use stream_handler::{kinesis::KinesisRecord, stream_handler};

    #[stream_handler]
    pub(in crate::nested) async fn inner(_line: KinesisRecord<String>) {}

    #[stream_handler]
    pub(super) async fn outer(_line: KinesisRecord<String>) {}

    pub(crate) fn use_inner() {
        let _ = inner::batch;
    }
}

fn main() {
    let _ = here::batch;
    let _ = result::batch;
    let _ = nested::outer::batch;
    nested::use_inner();
}
