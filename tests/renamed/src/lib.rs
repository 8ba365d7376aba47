//! Handlers in a crate where stream-handler is called `handlers`.
#![deny(unused_qualifications)]

use std::{collections::BTreeMap, sync::Mutex};

use handlers::{kinesis::KinesisRecord, sqs::SqsMessage, stream_handler, Context, Json, Window};
// In scope, so that the generated paths to them could be called unnecessary.
pub use handlers::{Batch, BatchError, BatchResponse, LambdaEvent};

/// An order.
#[derive(Debug, serde::Deserialize)]
pub struct Order {
    /// Its number.
    pub id: u64,
}

/// Notes the order's number, unless it is 0.
///
/// # Errors
///
/// The number is 0.
#[stream_handler(crate = ::handlers)]
pub async fn on_order(
    order: KinesisRecord<Json<Order>>,
    noted: &Mutex<Vec<u64>>,
) -> Result<(), String> {
    tokio::task::yield_now().await;
    note(order.data().id, noted)
}

/// Notes the message's number, if it is for who asks.
///
/// # Errors
///
/// The number is 0.
#[stream_handler(crate = handlers)]
pub fn on_message(
    message: SqsMessage<Json<Order>>,
    #[context] context: &Context,
    noted: &Mutex<Vec<u64>>,
) -> Result<(), String> {
    if context.request_id != "asked" {
        return Err("nobody asked".to_owned());
    }
    note(message.into_body().0.id, noted)
}

/// How many orders there were.
pub type Count = BTreeMap<String, u64>;

/// Counts an order.
#[stream_handler(crate = ::handlers, window = close)]
pub async fn count(
    order: KinesisRecord<Json<Order>>,
    #[state] count: &mut Count,
    noted: &Mutex<Vec<u64>>,
) {
    tokio::task::yield_now().await;
    *count.entry(order.partition_key().to_owned()).or_default() += 1;
    drop(note(order.data().id, noted));
}

async fn close(window: Window<Count>, noted: &Mutex<Vec<u64>>) -> Result<(), String> {
    tokio::task::yield_now().await;
    note(window.state().values().sum(), noted)
}

fn note(id: u64, noted: &Mutex<Vec<u64>>) -> Result<(), String> {
    if id == 0 {
        return Err("the number is 0".to_owned());
    }
    noted.lock().map_err(|error| error.to_string())?.push(id);
    Ok(())
}
