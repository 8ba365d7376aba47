//! Orders from Kinesis, by hand: a loop that stops at the first failure.

use aws_lambda_events::{
    kinesis::{KinesisEvent, KinesisEventRecord},
    streams::KinesisEventResponse,
};
use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde::Deserialize;

#[derive(Deserialize)]
struct Order {
    id: u64,
    customer: String,
    total: f64,
    note: Option<String>,
}

async fn on_batch(event: LambdaEvent<KinesisEvent>) -> Result<KinesisEventResponse, Error> {
    let mut response = KinesisEventResponse::default();
    for record in event.payload.records {
        if let Err(error) = on_order(&record).await {
            tracing::error!(%error, "the record failed");
            response.add_failure(record.kinesis.sequence_number);
            break;
        }
    }
    Ok(response)
}

async fn on_order(record: &KinesisEventRecord) -> Result<(), Error> {
    let Order {
        id,
        customer,
        total,
        note,
    } = serde_json::from_slice(&record.kinesis.data)?;
    if customer.is_empty() || total < 0.0 || note.is_some_and(|note| note.is_empty()) {
        return Err(format!("order {id} of {customer:?} is over {total}").into());
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(on_batch)).await
}
