#![deny(warnings)]
//! The types may go by other names.

use stream_handler::{Json, dynamodb::DynamoDbRecord, kinesis::KinesisRecord, stream_handler};

type Line = KinesisRecord<String>;
type Keyed<K> = KinesisRecord<Json<K>>;
type Shared<'a, T> = &'a T;
type Unit = ();
type Handled = Result<Unit, String>;

trait Config {
    type Record;
    type Output;
}

struct Orders;

impl Config for Orders {
    type Record = DynamoDbRecord<u64>;
    type Output = Handled;
}

#[stream_handler]
async fn on_line(_line: Line, _db: Shared<'_, String>) -> Unit {}

#[stream_handler]
async fn on_key(_key: Keyed<u64>) -> Handled {
    Ok(())
}

#[stream_handler]
async fn on_order(_order: <Orders as Config>::Record) -> <Orders as Config>::Output {
    Ok(())
}

fn main() {
    let _ = |event| on_line::batch(event, Box::leak(Box::default()));
    let _ = (on_key::batch, on_order::batch);
}
