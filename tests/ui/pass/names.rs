#![deny(warnings)]
//! Raw identifiers, names that generated code could use too, functions in functions.

use stream_handler::{Context, kinesis::KinesisRecord, stream_handler};

#[stream_handler]
pub async fn r#type(r#match: KinesisRecord<String>, r#fn: &str) {
    let _ = (r#match, r#fn);
}

#[stream_handler]
pub async fn batch(
    record: KinesisRecord<String>,
    event: &str,
    batch: &str,
    records: &str,
    handler: &str,
    #[context] context: &Context,
) {
    let _ = (record, event, batch, records, handler, context);
}

#[stream_handler]
pub async fn record(process: KinesisRecord<String>) {
    drop(process);
}

#[stream_handler]
pub async fn größe(_line: KinesisRecord<String>) {}

fn main() {
    #[stream_handler]
    async fn local(_line: KinesisRecord<String>) {}

    fn deeper() {
        #[stream_handler]
        fn local(_line: KinesisRecord<String>) {}
        let _ = local::batch;
    }

    deeper();
    let _ = local::batch;
    let _ = |event| r#type::batch(event, "");
    let _ = |event| batch::batch(event, "", "", "", "");
    let _ = (record::batch, größe::batch);
}
