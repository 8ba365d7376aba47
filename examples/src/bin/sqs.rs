//! Amazon SQS: makes payments from a standard queue.
//!
//! What to look at:
//!
//! - Each failed message is reported, and no other. The same function could stand behind a FIFO
//!   queue, and then keep its order: see the bin `fifo`.
//! - SQS delivers at least once: `Bank` remembers which payments it made, by a key of the sender's.
//!   The message's own id won't do for that: a sender that retries makes a second message.
//! - The parameter marked `#[context]` is filled in from the invocation; `main` doesn't pass it.

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

/// Stands in for a database.
#[derive(Debug, Default)]
struct Ledger {
    balances: HashMap<String, u64>,
    /// By idempotency key: the request that made the payment, to find its logs by.
    payments: HashMap<String, String>,
}

#[derive(Debug)]
struct Bank(Mutex<Ledger>);

impl Bank {
    fn new<const N: usize>(balances: [(&str, u64); N]) -> Self {
        let balances = balances.map(|(account, cents)| (account.to_owned(), cents));
        Self(Mutex::new(Ledger {
            balances: balances.into(),
            ..Ledger::default()
        }))
    }

    async fn pay(&self, payment: &Payment, request: &str) -> Result<(), PaymentError> {
        let Payment {
            key,
            account,
            cents,
        } = payment;
        let ledger = &mut *self.0.lock().await;
        if let Some(earlier) = ledger.payments.get(key) {
            tracing::info!(key, earlier, "this payment was made already");
            return Ok(());
        }
        let balance = ledger.balances.get_mut(account);
        let balance = balance.ok_or_else(|| PaymentError::UnknownAccount(account.clone()))?;
        *balance = balance
            .checked_sub(*cents)
            .ok_or_else(|| PaymentError::Insufficient {
                account: account.clone(),
                missing: cents - *balance,
            })?;
        ledger.payments.insert(key.clone(), request.to_owned());
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
            Self::UnknownAccount(account) => write!(f, "there is no account {account}"),
            Self::Insufficient { account, missing } => {
                write!(f, "account {account} lacks {missing} cents")
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
        tracing::warn!(key = message.body().key, "not the first delivery");
    }
    bank.pay(message.body(), &context.request_id).await
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let bank = Bank::new([("alice", 10_000), ("bob", 500), ("carol", 10_000)]);
    stream_handler::run(|batch| on_payment::batch(batch, &bank)).await
}

/// The whole handler, with an event as Lambda sends it, and without Lambda.
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
    async fn a_standard_queue_gets_back_what_failed() {
        let bank = Bank::new([("alice", 10_000), ("bob", 500), ("carol", 10_000)]);
        let event = include_str!("../../events/sqs.json");
        let expected = json(include_str!("../../events/expected/sqs.json"));
        assert_eq!(handle(event, "first", &bank).await, expected);
        assert_eq!(handle(event, "second", &bank).await, expected);

        let ledger = bank.0.lock().await;
        assert_eq!(ledger.balances["alice"], 8_001, "paid once");
        assert_eq!(ledger.payments["invoice-1"], "first");
    }
}
