//! Apache Kafka: keeps the latest profile of each customer from a compacted topic.
//!
//! **The event source mapping needs provisioned mode.** Partial batch responses work only with it.
//! Without it every response counts as a success, so failed records are lost. See `template.yaml`.
//!
//! What to look at:
//!
//! - The record's key and value are typed: `KafkaRecord<Json<Profile>, String>`. A record without a
//!   value is a tombstone, which deletes the customer.
//! - `concurrency = 8` handles up to eight partitions at once. Records of a partition keep their order.
//! - A failed record stops its partition. The response reports it and all later records of the
//!   partition, by partition and offset, so that Lambda delivers them again in order.

use std::collections::HashMap;

use serde::Deserialize;
use stream_handler::{Failure, Json, kafka::KafkaRecord, stream_handler};
use tokio::sync::Mutex;

#[derive(Debug, Deserialize)]
struct Profile {
    name: String,
    email: String,
}

/// Stands in for a database.
#[derive(Debug, Default)]
struct Customers(Mutex<HashMap<String, Profile>>);

#[stream_handler(concurrency = 8)]
async fn on_profile(
    record: KafkaRecord<Json<Profile>, String>,
    customers: &Customers,
) -> Result<(), Failure> {
    let key = record.key().cloned().ok_or("a profile without a key")?;
    let mut customers = customers.0.lock().await;
    match record.into_value() {
        Some(Json(profile)) if !profile.email.contains('@') => {
            return Err(format!("{}: invalid address `{}`", profile.name, profile.email).into());
        }
        Some(Json(profile)) => customers.insert(key, profile),
        None => customers.remove(&key),
    };
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let customers = Customers::default();
    stream_handler::run(|batch| on_profile::batch(batch, &customers)).await
}
