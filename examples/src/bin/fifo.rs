//! Amazon SQS FIFO: books deposits and withdrawals in the order of each account.
//!
//! What to look at:
//!
//! - The message group is the account. `concurrency = 8` handles up to eight groups at once, and the
//!   messages within a group one after another: Bob's withdrawal waits for Bob's deposit, and Carol's
//!   withdrawal waits for neither.
//! - A failed message stops its group, and the other groups go on. The response reports the failed
//!   message and all later ones of its group, so that SQS delivers them again in order. See
//!   `events/expected/fifo.json`.
//! - A FIFO queue removes duplicates that are *sent*. It can still *deliver* a message twice, so each
//!   account remembers the last sequence number that it booked.

use std::{collections::HashMap, fmt, time::Duration};

use serde::Deserialize;
use stream_handler::{Failure, Json, sqs::SqsMessage, stream_handler};
use tokio::{sync::Mutex, time::sleep};

#[derive(Debug, Deserialize)]
struct Entry {
    account: String,
    cents: i64,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Account {
    cents: i64,
    last_sequence_number: Option<u128>,
}

/// Stands in for a database.
#[derive(Debug, Default)]
struct Accounts(Mutex<HashMap<String, Account>>);

impl Accounts {
    async fn book(&self, entry: &Entry, sequence_number: u128) -> Result<(), Overdrawn> {
        // A database takes about this long. Meanwhile other groups are handled.
        sleep(Duration::from_millis(5)).await;
        let mut accounts = self.0.lock().await;
        let account = accounts.entry(entry.account.clone()).or_default();
        if account.last_sequence_number >= Some(sequence_number) {
            tracing::info!(account = entry.account, sequence_number, "already booked");
            return Ok(());
        }
        let cents = account.cents + entry.cents;
        if cents < 0 {
            return Err(Overdrawn(entry.account.clone()));
        }
        *account = Account {
            cents,
            last_sequence_number: Some(sequence_number),
        };
        Ok(())
    }
}

#[derive(Debug)]
struct Overdrawn(String);

impl fmt::Display for Overdrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {} would be overdrawn", self.0)
    }
}

impl std::error::Error for Overdrawn {}

/// Handles one message.
#[stream_handler(concurrency = 8)]
async fn on_entry(message: SqsMessage<Json<Entry>>, accounts: &Accounts) -> Result<(), Failure> {
    let sequence_number = message.attribute("SequenceNumber")?;
    let sequence_number = sequence_number.ok_or("not from a FIFO queue")?.parse()?;
    accounts.book(message.body(), sequence_number).await?;
    Ok(())
}

/// Accounts with some money in them.
fn accounts() -> Accounts {
    let accounts = [("alice", 1_000), ("bob", 0), ("carol", 1_000)].map(|(name, cents)| {
        let account = Account {
            cents,
            last_sequence_number: None,
        };
        (name.to_owned(), account)
    });
    Accounts(Mutex::new(accounts.into()))
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let accounts = accounts();
    stream_handler::run(|batch| on_entry::batch(batch, &accounts)).await
}

/// Calls the handlers: the batch handler with an event as Lambda sends it, the record handler with a
/// message.
#[cfg(test)]
mod tests {
    use stream_handler::{Context, LambdaEvent};

    use super::*;

    #[tokio::test]
    async fn a_failure_stops_only_its_own_account() {
        let accounts = accounts();
        let event = include_str!("../../events/fifo.json");
        let expected: serde_json::Value =
            serde_json::from_str(include_str!("../../events/expected/fifo.json")).unwrap();
        // A second delivery of the whole batch changes nothing.
        for _ in 0..2 {
            let batch = serde_json::from_str(event).unwrap();
            let event = LambdaEvent::new(batch, Context::default());
            let response = on_entry::batch(event, &accounts).await.unwrap();
            assert_eq!(serde_json::to_value(response).unwrap(), expected);

            let accounts = accounts.0.lock().await;
            assert_eq!(accounts["bob"].cents, 500, "nothing after the failure");
            assert_eq!(accounts["carol"].cents, 250);
            assert_eq!(accounts["alice"].cents, 700);
        }
    }

    #[tokio::test]
    async fn an_overdrawn_account_is_an_error() {
        let entry = Entry {
            account: "bob".to_owned(),
            cents: -1,
        };
        let message = SqsMessage::new(Json(entry)).with_attribute("SequenceNumber", "1");
        let error = on_entry(message, &accounts()).await.unwrap_err();
        assert_eq!(error.to_string(), "account bob would be overdrawn");
    }
}
