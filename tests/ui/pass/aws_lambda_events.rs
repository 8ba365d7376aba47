#![deny(warnings)]
//! The record types of the aws_lambda_events crate.

use aws_lambda_events::{dynamodb, kinesis::KinesisEventRecord, sqs::SqsMessage};
use stream_handler::stream_handler;

#[stream_handler]
async fn on_record(_record: KinesisEventRecord) {}

#[stream_handler]
async fn on_change(_change: dynamodb::EventRecord) -> Result<(), String> {
    Ok(())
}

#[stream_handler]
fn on_message(_message: SqsMessage) {}

fn main() {
    let _ = (on_record::batch, on_change::batch, on_message::batch);
}
