//! Event sources: what their records hold, and what the response says of them. One file or folder
//! per source; `own` is a source that is defined outside of the crate.

mod aws_lambda_events;
mod dynamodb;
mod fifo;
mod firehose;
mod kafka;
mod kinesis;
mod kpl;
mod oddities;
mod own;
mod s3_batch;
mod sqs;
