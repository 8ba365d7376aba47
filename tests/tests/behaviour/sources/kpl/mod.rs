//! Kinesis records that hold several user records, aggregated by the Kinesis Producer Library.

mod damaged;
mod producer;
mod records;

use std::sync::Mutex;

use serde_json::Value;
use stream_handler::{Bytes, kinesis::UserRecord, stream_handler};
use stream_handler_tests::{invocation, reported};

type Kept = Mutex<Vec<UserRecord<Bytes>>>;

#[stream_handler]
fn keep(record: UserRecord<Bytes>, kept: &Kept) {
    kept.lock().unwrap().push(record);
}

/// The user records of an event, all of which must be decoded.
async fn records_of(event: &Value) -> Vec<UserRecord<Bytes>> {
    let kept = Kept::default();
    let response = reported(keep::batch(invocation(event), &kept)).await;
    assert!(response.is_empty(), "{response:?}");
    kept.into_inner().unwrap()
}
