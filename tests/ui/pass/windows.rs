#![deny(warnings)]
//! Handlers of tumbling windows, in all their forms; `batch` stays `Send`.

use std::{collections::BTreeMap, sync::Arc};

use stream_handler::{
    Context, DeadLetter, Failure, Json, Window, dynamodb::DynamoDbRecord, kinesis::KinesisRecord,
    stream_handler,
};

#[derive(Default, Clone, serde::Serialize, serde::Deserialize)]
struct Totals {
    lines: u64,
}

mod reports {
    use super::*;

    pub async fn close(_window: Window<Totals>) {}

    pub async fn fallible(
        window: Window<Totals>,
        _db: &str,
        _n: Arc<u64>,
    ) -> Result<(), std::io::Error> {
        tokio::task::yield_now().await;
        drop(window);
        Ok(())
    }
}

#[stream_handler(window = reports::close)]
fn plain(_line: KinesisRecord<String>, #[state] totals: &mut Totals) {
    totals.lines += 1;
}

async fn to_queue(_letter: DeadLetter, _db: &str, _n: Arc<u64>) {}

#[stream_handler(
    concurrency = 1,
    window = reports::fallible,
    record_timeout = "2s",
    dead_letter = to_queue,
    undecodable = "permanent",
)]
async fn all(
    _line: KinesisRecord<Json<u64>>,
    _db: &str,
    #[context] _context: &Context,
    #[state] Totals { lines }: &mut Totals,
    _n: Arc<u64>,
) -> Result<(), Failure> {
    tokio::task::yield_now().await;
    *lines += 1;
    Ok(())
}

async fn close_counts(_window: Window<BTreeMap<String, u64>>, state: &str) {
    let _ = state;
}

/// The names of the shared parameters are those of the generated code.
#[stream_handler(window = close_counts)]
async fn named<'a>(
    record: DynamoDbRecord<()>,
    #[state] others: &mut BTreeMap<String, u64>,
    state: &'a str,
) -> Result<(), String> {
    *others.entry(state.to_owned()).or_default() += record.sequence_number().len() as u64;
    Ok(())
}

macro_rules! handler {
    ($name:ident, $state:ty, $close:path) => {
        #[stream_handler(window = $close)]
        async fn $name(_line: KinesisRecord<String>, #[state] _state: $state) {}
    };
}

handler!(from_macro, &mut Totals, reports::close);

fn event<T>() -> stream_handler::LambdaEvent<stream_handler::Batch<T>> {
    stream_handler::LambdaEvent::new(serde_json::from_str("{}").unwrap(), Context::default())
}

fn send<T: Send>(_: T) {}

fn main() {
    send(plain::batch(event()));
    send(all::batch(event(), "", Arc::new(1)));
    send(named::batch(event(), ""));
    send(from_macro::batch(event()));
}
