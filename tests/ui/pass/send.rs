#![deny(warnings)]
//! The future of `batch` is `Send` when the function's is, for `run_concurrent` and `spawn`.

use std::sync::Arc;

use stream_handler::{
    Context, Json, dynamodb::DynamoDbRecord, kinesis::KinesisRecord, sqs::SqsMessage,
    stream_handler,
};

#[stream_handler]
async fn on_line(line: KinesisRecord<Json<u64>>, db: Arc<str>, #[context] context: &Context) {
    tokio::task::yield_now().await;
    let _ = (line, db, context);
}

#[stream_handler]
async fn on_change(_change: DynamoDbRecord<u64>, db: &str) -> Result<(), String> {
    tokio::task::yield_now().await;
    Err(db.to_owned())
}

#[stream_handler]
fn on_message(_message: SqsMessage<Vec<u8>>) {}

fn send<T: Send>(_: impl FnOnce(stream_handler::LambdaEvent<T>)) {}
fn assert_send(_: impl Send) {}

fn main() {
    send(|event| assert_send(on_line::batch(event, Arc::from(""))));
    send(|event| assert_send(on_change::batch(event, "")));
    send(|event| assert_send(on_message::batch(event)));
}
