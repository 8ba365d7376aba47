//! Amazon SQS: makes payments from a standard queue.
//!
//! What to look at:
//!
//! - The response reports the failed messages. The others are deleted from the queue. The same record
//!   handler also works for a FIFO queue, and then keeps the order of messages: see `fifo.rs`.
//! - SQS delivers a message at least once, so `Bank` remembers the payments that it made. It
//!   remembers them by a key from the sender. A message ID isn't enough: a sender that retries sends
//!   a second message with another ID.
//! - The parameter marked `#[context]` is the invocation's context. `main` doesn't pass it.

use std::{collections::HashMap, fmt};

use serde::Deserialize;
use stream_handler::{Context, Json, sqs::SqsMessage, stream_handler};
use tokio::sync::Mutex;

#[derive(Debug, Deserialize)]
struct Payment {
    key: String,
    account: String,
    cents: u64,
}

#[derive(Debug, Default)]
struct Books {
    balances: HashMap<String, u64>,
    /// The request ID of the invocation that made each payment, by the payment's key.
    payments: HashMap<String, String>,
}

/// Stands in for a database.
#[derive(Debug)]
struct Bank(Mutex<Books>);

impl Bank {
    fn new<const N: usize>(balances: [(&str, u64); N]) -> Self {
        let balances = balances.map(|(account, cents)| (account.to_owned(), cents));
        Self(Mutex::new(Books {
            balances: balances.into(),
            ..Books::default()
        }))
    }

    async fn pay(&self, payment: &Payment, request: &str) -> Result<(), PaymentError> {
        let Payment {
            key,
            account,
            cents,
        } = payment;
        let books = &mut *self.0.lock().await;
        if let Some(earlier) = books.payments.get(key) {
            tracing::info!(key, earlier, "this payment was already made");
            return Ok(());
        }
        let balance = books.balances.get_mut(account);
        let balance = balance.ok_or_else(|| PaymentError::UnknownAccount(account.clone()))?;
        *balance = balance
            .checked_sub(*cents)
            .ok_or_else(|| PaymentError::Insufficient {
                account: account.clone(),
                missing: cents - *balance,
            })?;
        books.payments.insert(key.clone(), request.to_owned());
        Ok(())
    }
}

#[derive(Debug)]
enum PaymentError {
    UnknownAccount(String),
    Insufficient { account: String, missing: u64 },
}

impl fmt::Display for PaymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAccount(account) => write!(f, "unknown account {account}"),
            Self::Insufficient { account, missing } => {
                write!(f, "account {account} is short of {missing} cents")
            }
        }
    }
}

impl std::error::Error for PaymentError {}

/// Handles one message.
#[stream_handler]
async fn on_payment(
    message: SqsMessage<Json<Payment>>,
    #[context] context: &Context,
    bank: &Bank,
) -> Result<(), PaymentError> {
    if message.approximate_receive_count() > Some(1) {
        tracing::warn!(key = message.body().key, "delivered again");
    }
    bank.pay(message.body(), &context.request_id).await
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let bank = Bank::new([("alice", 10_000), ("bob", 500), ("carol", 10_000)]);
    stream_handler::run(|batch| on_payment::batch(batch, &bank)).await
}

/// Calls the batch handler with an event as Lambda sends it.
#[cfg(test)]
mod tests {
    use stream_handler::LambdaEvent;

    use super::*;

    async fn handle(event: &str, request: &str, bank: &Bank) -> serde_json::Value {
        let mut context = Context::default();
        context.request_id = request.to_owned();
        let event = LambdaEvent::new(serde_json::from_str(event).unwrap(), context);
        serde_json::to_value(on_payment::batch(event, bank).await.unwrap()).unwrap()
    }

    fn json(text: &str) -> serde_json::Value {
        serde_json::from_str(text).unwrap()
    }

    #[tokio::test]
    async fn failed_messages_are_reported_and_payments_are_made_once() {
        let bank = Bank::new([("alice", 10_000), ("bob", 500), ("carol", 10_000)]);
        let event = include_str!("../../events/sqs.json");
        let expected = json(include_str!("../../events/expected/sqs.json"));
        assert_eq!(handle(event, "first", &bank).await, expected);
        assert_eq!(handle(event, "second", &bank).await, expected);

        let books = bank.0.lock().await;
        assert_eq!(books.balances["alice"], 8_001, "paid once");
        assert_eq!(books.payments["invoice-1"], "first");
    }
}
