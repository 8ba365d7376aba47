#![deny(warnings)]
//! Attributes on parameters stay with the function.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(
    #[allow(unused_variables)] line: KinesisRecord<String>,
    #[expect(unused_variables)] db: &str,
    #[allow(unused_mut)]
    #[context]
    mut context: stream_handler::Context,
) {
    drop(context);
}

fn main() {
    let _ = |event| on_line::batch(event, "");
}
