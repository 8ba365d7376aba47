//! Amazon Kinesis: keeps an order book from a stream of order events.
//!
//! What to look at:
//!
//! - `on_order` handles **one** record. The attribute adds `on_order::batch`, which loops over the
//!   batch, decodes each record, and builds the response.
//! - Its first parameter names the event source (`KinesisRecord`) and the payload
//!   (`Json<OrderEvent>`). The second is a value that all records share; `main` passes it.
//! - If a record returns an error, panics, or is not an `OrderEvent`, it becomes the checkpoint: the
//!   records before it are processed, and Lambda delivers the others again.
//! - Lambda can deliver a record more than once. Handling an event twice leaves the order book as it
//!   was.
//!
//! `events/kinesis.json` is a batch that succeeds, `events/kinesis-poison.json` one with a record
//! that fails.

use std::{collections::HashMap, fmt};

use serde::Deserialize;
use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};
use tokio::sync::Mutex;

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum OrderEvent {
    Placed { order: u64, cents: u64 },
    Cancelled { order: u64 },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Status {
    Open { cents: u64 },
    Cancelled,
}

/// Stands in for a database. A panic fails only its record and the process goes on, so this is
/// Tokio's mutex: one from `std` would stay poisoned.
#[derive(Debug, Default)]
struct OrderBook(Mutex<HashMap<u64, Status>>);

impl OrderBook {
    async fn place(&self, order: u64, cents: u64) -> Result<(), OrderError> {
        match *self
            .0
            .lock()
            .await
            .entry(order)
            .or_insert(Status::Open { cents })
        {
            Status::Open { cents: known } if known != cents => Err(OrderError::Conflict { order }),
            // A new order, or an event that was delivered again.
            Status::Open { .. } | Status::Cancelled => Ok(()),
        }
    }

    async fn cancel(&self, order: u64) -> Result<(), OrderError> {
        let mut orders = self.0.lock().await;
        let status = orders
            .get_mut(&order)
            .ok_or(OrderError::Unknown { order })?;
        *status = Status::Cancelled;
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
enum OrderError {
    Conflict { order: u64 },
    Unknown { order: u64 },
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { order } => write!(f, "order {order} was placed with another total"),
            Self::Unknown { order } => write!(f, "order {order} was never placed"),
        }
    }
}

impl std::error::Error for OrderError {}

/// Handles one record.
#[stream_handler]
async fn on_order(
    record: KinesisRecord<Json<OrderEvent>>,
    book: &OrderBook,
) -> Result<(), OrderError> {
    tracing::info!(customer = record.partition_key(), event = ?record.data());
    let Json(event) = record.into_data();
    match event {
        OrderEvent::Placed { order, cents } => book.place(order, cents).await,
        OrderEvent::Cancelled { order } => book.cancel(order).await,
    }
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let book = OrderBook::default();
    stream_handler::run(|batch| on_order::batch(batch, &book)).await
}

/// Calls the batch handler with events as Lambda sends them.
#[cfg(test)]
mod tests {
    use stream_handler::{BatchResponse, LambdaEvent};

    use super::*;

    async fn handle(event: &str, book: &OrderBook) -> BatchResponse {
        let batch = serde_json::from_str(event).unwrap();
        let event = LambdaEvent::new(batch, stream_handler::Context::default());
        on_order::batch(event, book).await.unwrap()
    }

    #[tokio::test]
    async fn records_are_processed_in_order() {
        let book = OrderBook::default();
        let response = handle(include_str!("../../events/kinesis.json"), &book).await;
        assert!(response.batch_item_failures().is_empty());
        assert_eq!(book.0.lock().await[&1001], Status::Cancelled);
        assert_eq!(book.0.lock().await[&1002], Status::Open { cents: 1250 });
    }

    #[tokio::test]
    async fn a_record_that_fails_is_the_checkpoint() {
        let book = OrderBook::default();
        let response = handle(include_str!("../../events/kinesis-poison.json"), &book).await;
        let expected = include_str!("../../events/expected/kinesis-poison.json");
        assert_eq!(
            serde_json::to_value(&response).unwrap(),
            serde_json::from_str::<serde_json::Value>(expected).unwrap()
        );
        // The record before the checkpoint is processed, the one after it is not started.
        assert!(book.0.lock().await.contains_key(&1004));
        assert!(!book.0.lock().await.contains_key(&1005));
    }

    #[tokio::test]
    async fn a_batch_can_be_delivered_twice() {
        let book = OrderBook::default();
        for _ in 0..2 {
            let response = handle(include_str!("../../events/kinesis.json"), &book).await;
            assert!(response.batch_item_failures().is_empty());
        }
    }
}
