//! Dead letters: stores the readings of sensors, and sends invalid readings to a queue.
//!
//! What to look at:
//!
//! - A failed record blocks its shard until it succeeds or Lambda gives up on it. An invalid reading
//!   never succeeds, so `to_queue` takes it as a dead letter and the stream goes on.
//! - Two kinds of failure are permanent here: a temperature below absolute zero
//!   (`Failure::permanent`), and a payload that can't be decoded (`undecodable = "permanent"`). Every
//!   other error is transient and Lambda delivers the record again: an unknown sensor may be
//!   registered by then.
//! - The record counts as processed only when `to_queue` returns `Ok`. If the queue refuses the dead
//!   letter, the record is the checkpoint, so it is never lost.
//! - A `DeadLetter` serializes to the complete record, the error, and the reason.

use std::{
    collections::{HashMap, VecDeque},
    io,
};

use serde::Deserialize;
use stream_handler::{DeadLetter, Failure, Json, kinesis::KinesisRecord, stream_handler};
use tokio::sync::Mutex;

const ABSOLUTE_ZERO: f64 = -273.15;

#[derive(Debug, Deserialize)]
struct Reading {
    sensor: String,
    celsius: f64,
}

/// Stands in for a database and a queue.
#[derive(Debug)]
struct Stores {
    /// The latest reading of each registered sensor.
    latest: Mutex<HashMap<String, Option<f64>>>,
    queue: Mutex<VecDeque<String>>,
    /// The maximum number of dead letters in the queue.
    capacity: usize,
}

impl Stores {
    fn new(capacity: usize) -> Self {
        let sensors = ["hall", "roof"].map(|sensor| (sensor.to_owned(), None));
        Self {
            latest: Mutex::new(sensors.into()),
            queue: Mutex::default(),
            capacity,
        }
    }
}

/// Handles one record.
#[stream_handler(dead_letter = to_queue, undecodable = "permanent")]
async fn on_reading(reading: KinesisRecord<Json<Reading>>, stores: &Stores) -> Result<(), Failure> {
    let Json(Reading { sensor, celsius }) = reading.into_data();
    if celsius < ABSOLUTE_ZERO {
        let error = format!("{celsius} °C is below absolute zero");
        return Err(Failure::permanent(error));
    }
    let mut latest = stores.latest.lock().await;
    let latest = latest.get_mut(&sensor);
    *latest.ok_or_else(|| format!("unknown sensor {sensor}"))? = Some(celsius);
    Ok(())
}

/// Handles one record that failed permanently.
async fn to_queue(letter: DeadLetter, stores: &Stores) -> Result<(), io::Error> {
    let mut queue = stores.queue.lock().await;
    if queue.len() == stores.capacity {
        return Err(io::Error::other("the queue is full"));
    }
    queue.push_back(serde_json::to_string(&letter)?);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    let stores = Stores::new(100);
    stream_handler::run(|batch| on_reading::batch(batch, &stores)).await
}

/// Calls the batch handler with an event as Lambda sends it.
#[cfg(test)]
mod tests {
    use serde_json::Value;
    use stream_handler::{Context, LambdaEvent};

    use super::*;

    const EVENT: &str = include_str!("../../events/dead_letters.json");

    async fn handle(stores: &Stores) -> Value {
        let event = LambdaEvent::new(serde_json::from_str(EVENT).unwrap(), Context::default());
        serde_json::to_value(on_reading::batch(event, stores).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn invalid_readings_become_dead_letters_and_the_stream_goes_on() {
        let stores = Stores::new(100);
        let expected: Value =
            serde_json::from_str(include_str!("../../events/expected/dead_letters.json")).unwrap();
        assert_eq!(handle(&stores).await, expected);
        // The readings after them are stored, up to the one of an unknown sensor.
        assert_eq!(stores.latest.lock().await["roof"], Some(7.25));
        assert_eq!(stores.latest.lock().await["hall"], Some(19.5));

        let queue = stores.queue.lock().await;
        let letters = queue
            .iter()
            .map(|letter| serde_json::from_str(letter).unwrap());
        let letters: Vec<Value> = letters.collect();
        let event: Value = serde_json::from_str(EVENT).unwrap();
        assert_eq!(letters.len(), 2);
        assert_eq!(letters[0]["reason"], "undecodable");
        assert_eq!(letters[0]["record"], event["Records"][1]);
        assert_eq!(letters[1]["error"], "-400 °C is below absolute zero");
        assert_eq!(letters[1]["record"], event["Records"][2]);
    }

    #[tokio::test]
    async fn a_full_queue_loses_no_record() {
        let stores = Stores::new(1);
        let event: Value = serde_json::from_str(EVENT).unwrap();
        // The queue takes the first invalid reading. The second is the checkpoint.
        assert_eq!(
            handle(&stores).await["batchItemFailures"][0]["itemIdentifier"],
            event["Records"][2]["kinesis"]["sequenceNumber"]
        );
        assert_eq!(stores.queue.lock().await.len(), 1);
    }
}
