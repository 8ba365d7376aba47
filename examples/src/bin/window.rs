//! Amazon Kinesis in tumbling windows: the takings of each shop, minute by minute.
//!
//! What to look at:
//!
//! - `on_sale` still handles **one** record. The parameter marked `#[state]` is what it adds the sale
//!   to; Lambda carries it from one invocation to the next, so the function itself keeps nothing.
//! - `close`, which `window = close` names, gets the state when the minute is over, once for each
//!   shard, and writes the report.
//! - A record that fails is not in the state, whatever it had added before it failed: it comes again,
//!   with the state as it was before it.
//! - The closing may come more than once, as anything on Lambda: a report has the window and the shard
//!   as its key, so that the second is the first.
//!
//! The mapping needs `TumblingWindowInSeconds: 60`. `events/window.json` is the last invocation of a
//! window, `events/window-refused.json` one with a record that fails.

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
    let takings = totals.shops.entry(shop.clone()).or_default();
    takings.sales += 1;
    takings.cents += cents;
    // Not too late: what was added above goes with the record.
    if !company.shops.contains(&shop.as_str()) {
        return Err(format!("no shop {shop}"));
    }
    Ok(())
}

/// Writes the report of one minute and shard.
async fn close(window: Window<Totals>, company: &Company) {
    if window.is_terminated_early() {
        tracing::warn!(start = window.start(), "a minute in parts");
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

/// The function alone, and the whole handler with an event as Lambda sends it.
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
    async fn a_sale_that_fails_is_not_in_the_state() {
        let company = Company::new();
        let response = handle(include_str!("../../events/window-refused.json"), &company).await;
        let expected = json(include_str!("../../events/expected/window-refused.json"));
        assert_eq!(response, expected);
        assert!(
            company.reports.lock().await.is_empty(),
            "the window goes on"
        );
    }
}
