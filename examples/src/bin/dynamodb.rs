//! Amazon DynamoDB Streams: follows a table of reservations and keeps count of a shop's stock.
//!
//! What to look at:
//!
//! - `DynamoDbRecord<Reservation>` decodes the item's images into a plain struct, including numbers.
//! - Each variant of `Change` holds exactly the images of that kind of change, so you never unwrap
//!   an `Option`. `Change` needs the stream's view type to be `NEW_AND_OLD_IMAGES`; its documentation
//!   shows what to write for the other view types.
//! - `is_ttl_deletion` is true if DynamoDB deleted the item because its time to live (TTL) had passed, and
//!   false if somebody deleted it.
//! - `reserve` fails if too few articles are left. The record is then the checkpoint, and Lambda
//!   delivers it again until it succeeds or reaches a limit of the event source mapping.

use std::{collections::HashMap, fmt};

use serde::Deserialize;
use stream_handler::{
    dynamodb::{Change, DynamoDbRecord},
    stream_handler,
};
use tokio::sync::Mutex;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reservation {
    id: String,
    quantity: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Status {
    Held(u32),
    Collected(u32),
    Expired,
}

/// Stands in for a database: a shop's stock of one article.
#[derive(Debug)]
struct Stock {
    total: u32,
    /// The *status* of each reservation. A counter would count a record twice if Lambda delivers it
    /// twice.
    reservations: Mutex<HashMap<String, Status>>,
}

impl Stock {
    fn new(total: u32) -> Self {
        Self {
            total,
            reservations: Mutex::default(),
        }
    }

    async fn reserve(&self, reservation: &Reservation) -> Result<(), OutOfStock> {
        let Reservation { id, quantity } = reservation.clone();
        let mut reservations = self.reservations.lock().await;
        if matches!(
            reservations.get(&id),
            Some(Status::Collected(_) | Status::Expired)
        ) {
            return Ok(());
        }
        let others = reservations.iter().filter(|&(other, _)| *other != id);
        let taken = others.map(|(_, status)| status.taken()).sum();
        let left = self.total.saturating_sub(taken);
        if quantity > left {
            return Err(OutOfStock { id, quantity, left });
        }
        reservations.insert(id, Status::Held(quantity));
        Ok(())
    }

    async fn close(&self, reservation: Reservation, status: Status) {
        let mut reservations = self.reservations.lock().await;
        reservations.insert(reservation.id, status);
    }
}

impl Status {
    fn taken(self) -> u32 {
        match self {
            Self::Held(quantity) | Self::Collected(quantity) => quantity,
            Self::Expired => 0,
        }
    }
}

#[derive(Debug)]
struct OutOfStock {
    id: String,
    quantity: u32,
    left: u32,
}

impl fmt::Display for OutOfStock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, quantity, left } = self;
        write!(f, "reservation {id} needs {quantity}, only {left} are left")
    }
}

impl std::error::Error for OutOfStock {}

/// Handles one change to one item.
#[stream_handler]
async fn on_change(record: DynamoDbRecord<Reservation>, stock: &Stock) -> Result<(), OutOfStock> {
    let expired = record.is_ttl_deletion();
    match record.into_change() {
        Change::Insert { new } | Change::Modify { new, .. } => stock.reserve(&new).await?,
        Change::Remove { old } if expired => stock.close(old, Status::Expired).await,
        Change::Remove { old } => {
            let collected = Status::Collected(old.quantity);
            stock.close(old, collected).await;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let stock = Stock::new(10);
    stream_handler::run(|batch| on_change::batch(batch, &stock)).await
}

/// Calls the batch handler with an event as Lambda sends it.
#[cfg(test)]
mod tests {
    use stream_handler::{Context, LambdaEvent};

    use super::*;

    #[tokio::test]
    async fn changes_are_processed_up_to_the_first_that_fails() {
        let stock = Stock::new(10);
        let batch = serde_json::from_str(include_str!("../../events/dynamodb.json")).unwrap();
        let event = LambdaEvent::new(batch, Context::default());
        let response = on_change::batch(event, &stock).await.unwrap();

        let expected = include_str!("../../events/expected/dynamodb.json");
        assert_eq!(
            serde_json::to_value(&response).unwrap(),
            serde_json::from_str::<serde_json::Value>(expected).unwrap()
        );
        let reservations = stock.reservations.lock().await;
        assert_eq!(reservations["r-1"], Status::Collected(3));
        assert_eq!(reservations["r-2"], Status::Expired);
        assert!(!reservations.contains_key("r-3"), "too few are left");
        assert!(!reservations.contains_key("r-4"), "after the failure");
    }
}
