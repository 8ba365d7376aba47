//! Amazon Kinesis in tumbling windows: sums up the sales of each shop, minute by minute.
//!
//! What to look at:
//!
//! - `on_sale` still handles **one** record. It adds the sale to the parameter marked `#[state]`.
//!   Lambda passes this state from one invocation to the next.
//! - At the end of the minute, `close` gets the state of each shard and writes a report. The option
//!   `window = close` names this function.
//! - If `on_sale` fails, its changes to the state are discarded. Lambda delivers the record again,
//!   with the state before the change.
//! - Lambda can close a window more than once. Window and shard are the key of a report, so the second
//!   report replaces the first.
//!
//! The event source mapping needs `TumblingWindowInSeconds: 60`. `events/window.json` is the last
//! invocation of a window, `events/window-refused.json` one with a record that fails.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use stream_handler::{Json, Window, kinesis::KinesisRecord, stream_handler};
use tokio::sync::Mutex;

#[derive(Debug, Deserialize)]
struct Sale {
    shop: String,
    cents: u64,
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
struct Totals {
    shops: BTreeMap<String, Shop>,
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
struct Shop {
    sales: u64,
    cents: u64,
}

#[derive(Debug)]
struct Company {
    shops: [&'static str; 2],
    /// Stands in for a table whose key is the shard and the window's start.
    reports: Mutex<HashMap<(String, String), Totals>>,
}

impl Company {
    fn new() -> Self {
        Self {
            shops: ["north", "south"],
            reports: Mutex::default(),
        }
    }
}

/// Adds one sale.
#[stream_handler(window = close)]
fn on_sale(
    sale: KinesisRecord<Json<Sale>>,
    #[state] totals: &mut Totals,
    company: &Company,
) -> Result<(), String> {
    let Sale { shop, cents } = sale.into_data().0;
    let total = totals.shops.entry(shop.clone()).or_default();
    total.sales += 1;
    total.cents += cents;
    // The sale is already added, but an error discards this change.
    if !company.shops.contains(&shop.as_str()) {
        return Err(format!("unknown shop {shop}"));
    }
    Ok(())
}

/// Writes the report for one minute and shard.
async fn close(window: Window<Totals>, company: &Company) {
    if window.is_terminated_early() {
        tracing::warn!(
            start = window.start(),
            "closed early: the report is incomplete"
        );
    }
    let key = (window.shard_id().to_owned(), window.start().to_owned());
    tracing::info!(start = window.start(), end = window.end(), totals = ?window.state());
    company
        .reports
        .lock()
        .await
        .insert(key, window.into_state());
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let company = Company::new();
    stream_handler::run(|batch| on_sale::batch(batch, &company)).await
}

/// Calls the handlers: the record handler with a record and a state, the batch handler with events as
/// Lambda sends them.
#[cfg(test)]
mod tests {
    use serde_json::Value;
    use stream_handler::{Context, LambdaEvent};

    use super::*;

    async fn handle(event: &str, company: &Company) -> Value {
        let batch = serde_json::from_str(event).unwrap();
        let event = LambdaEvent::new(batch, Context::default());
        let response = on_sale::batch(event, company).await.unwrap();
        serde_json::to_value(&response).unwrap()
    }

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    fn shop(sales: u64, cents: u64) -> Shop {
        Shop { sales, cents }
    }

    #[test]
    fn a_sale_is_added() {
        let sale = Sale {
            shop: "north".to_owned(),
            cents: 250,
        };
        let mut totals = Totals::default();
        let record = KinesisRecord::new(Json(sale));
        on_sale(record, &mut totals, &Company::new()).unwrap();
        assert_eq!(totals.shops["north"], shop(1, 250));
    }

    #[tokio::test]
    async fn the_last_invocation_writes_the_report() {
        let company = Company::new();
        let response = handle(include_str!("../../events/window.json"), &company).await;
        let expected = json(include_str!("../../events/expected/window.json"));
        assert_eq!(response, expected);
        let reports = company.reports.lock().await;
        let key = ("shardId-000000000006", "2026-01-01T00:00:00Z");
        let totals = &reports[&(key.0.to_owned(), key.1.to_owned())];
        assert_eq!(totals.shops["north"], shop(3, 5250));
        assert_eq!(totals.shops["south"], shop(2, 1800));
    }

    #[tokio::test]
    async fn a_failed_sale_does_not_change_the_state() {
        let company = Company::new();
        let response = handle(include_str!("../../events/window-refused.json"), &company).await;
        let expected = json(include_str!("../../events/expected/window-refused.json"));
        assert_eq!(response, expected);
        assert!(
            company.reports.lock().await.is_empty(),
            "the window is still open"
        );
    }
}
