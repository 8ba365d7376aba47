//! Amazon SQS FIFO: books deposits and withdrawals, those of each account in order.
//!
//! What to look at:
//!
//! - The message group is the account. `concurrency = 8` handles up to eight groups at once, and
//!   the messages of each one after another: bob's withdrawal waits for his deposit, carol's waits
//!   for neither.
//! - A failure stops its group. What comes later in it is reported, too, so that it comes back in
//!   order; the other groups go on. See `events/expected/fifo.json`.
//! - A FIFO queue leaves out what is *sent* twice. A message can still be *delivered* twice, so each
//!   account remembers the last sequence number that it booked.

use std::{collections::HashMap, fmt, time::Duration};

use serde::Deserialize;
use stream_handler::{Json, sqs::SqsMessage, stream_handler};
use tokio::{sync::Mutex, time::sleep};

#[derive(Debug, Deserialize)]
struct Entry {
    account: String,
    cents: i64,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Account {
    cents: i64,
    last: Option<u128>,
}

/// Stands in for a database.
#[derive(Debug, Default)]
struct Accounts(Mutex<HashMap<String, Account>>);

impl Accounts {
    async fn book(&self, entry: &Entry, sequence_number: Option<u128>) -> Result<(), Overdrawn> {
        // What a database takes; others are handled meanwhile.
        sleep(Duration::from_millis(5)).await;
        let mut accounts = self.0.lock().await;
        let account = accounts.entry(entry.account.clone()).or_default();
        if sequence_number.is_some() && sequence_number <= account.last {
            tracing::info!(account = entry.account, sequence_number, "booked already");
            return Ok(());
        }
        let cents = account.cents + entry.cents;
        if cents < 0 {
            return Err(Overdrawn(entry.account.clone()));
        }
        *account = Account {
            cents,
            last: sequence_number,
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
async fn on_entry(message: SqsMessage<Json<Entry>>, accounts: &Accounts) -> Result<(), Overdrawn> {
    let sequence_number = message.attribute("SequenceNumber");
    let sequence_number = sequence_number.and_then(|number| number.parse().ok());
    accounts.book(message.body(), sequence_number).await
}

/// Accounts with something in them.
fn accounts() -> Accounts {
    let account = |(name, cents): (&str, i64)| (name.to_owned(), Account { cents, last: None });
    let accounts = [("alice", 1_000), ("bob", 0), ("carol", 1_000)].map(account);
    Accounts(Mutex::new(accounts.into()))
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let accounts = accounts();
    stream_handler::run(|batch| on_entry::batch(batch, &accounts)).await
}

/// The whole handler, with an event as Lambda sends it, and without Lambda.
#[cfg(test)]
mod tests {
    use stream_handler::{Context, LambdaEvent};

    use super::*;

    #[tokio::test]
    async fn a_failure_stops_its_account_and_no_other() {
        let accounts = accounts();
        let event = include_str!("../../events/fifo.json");
        let expected: serde_json::Value =
            serde_json::from_str(include_str!("../../events/expected/fifo.json")).unwrap();
        // The second delivery, of all of it, changes nothing.
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
    async fn one_message_is_an_ordinary_call() {
        let entry = Entry {
            account: "bob".to_owned(),
            cents: -1,
        };
        let message = SqsMessage::new(Json(entry));
        let error = on_entry(message, &accounts()).await.unwrap_err();
        assert_eq!(error.to_string(), "account bob would be overdrawn");
    }
}
