//! The stream of a table: follows a shop's reservations, and keeps count of its stock.
//!
//! What to look at:
//!
//! - `DynamoDbRecord<Reservation>` decodes the item's images into a plain struct, numbers and all.
//! - `Change` has the images that the kind of change has, so there is no `Option` to unwrap. It
//!   takes a stream with the view type `NEW_AND_OLD_IMAGES`; see the type for the others.
//! - `is_expiry` tells an item that was deleted because its time to live was over from one that
//!   somebody deleted.
//! - `reserve` fails if the stock won't do: the record is the checkpoint, and is tried again until
//!   the event source mapping gives up on it.

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
enum State {
    Held(u32),
    Collected(u32),
    Expired,
}

/// Stands in for a database: a shop's stock of one article.
#[derive(Debug)]
struct Stock {
    total: u32,
    /// Each reservation's *state*, not a counter to add to: a record that is delivered again
    /// changes nothing.
    reservations: Mutex<HashMap<String, State>>,
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
            Some(State::Collected(_) | State::Expired)
        ) {
            return Ok(());
        }
        let others = reservations.iter().filter(|(other, _)| **other != id);
        let taken = others.map(|(_, state)| state.taken()).sum();
        let left = self.total.saturating_sub(taken);
        if quantity > left {
            return Err(OutOfStock { id, quantity, left });
        }
        reservations.insert(id, State::Held(quantity));
        Ok(())
    }

    async fn close(&self, reservation: Reservation, state: State) {
        self.reservations.lock().await.insert(reservation.id, state);
    }
}

impl State {
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
        write!(f, "reservation {id} is for {quantity}, and {left} are left")
    }
}

impl std::error::Error for OutOfStock {}

/// Handles one change of one item.
#[stream_handler]
async fn on_change(record: DynamoDbRecord<Reservation>, stock: &Stock) -> Result<(), OutOfStock> {
    let expired = record.is_expiry();
    match record.into_change() {
        Change::Insert { new } | Change::Modify { new, .. } => stock.reserve(&new).await?,
        Change::Remove { old } if expired => stock.close(old, State::Expired).await,
        Change::Remove { old } => {
            let collected = State::Collected(old.quantity);
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

/// The whole handler, with an event as Lambda sends it, and without Lambda.
#[cfg(test)]
mod tests {
    use stream_handler::{Context, LambdaEvent};

    use super::*;

    #[tokio::test]
    async fn changes_are_followed_up_to_the_first_that_fails() {
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
        assert_eq!(reservations["r-1"], State::Collected(3));
        assert_eq!(reservations["r-2"], State::Expired);
        assert!(!reservations.contains_key("r-3"), "more than is left");
        assert!(!reservations.contains_key("r-4"), "after the failure");
    }
}
