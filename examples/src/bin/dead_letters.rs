//! Dead letters: keeps the readings of sensors, and those that can't be kept go into a queue.
//!
//! What to look at:
//!
//! - A stream waits for a record that fails. One that no other delivery will mend would hold up its
//!   shard until Lambda gives up on it, so `to_queue` takes it, and the stream goes on.
//! - `Failure::permanent` says so of a reading that can't be, `undecodable = "permanent"` of those
//!   that aren't readings at all. Any other error is for another delivery: a sensor that isn't known
//!   may yet be registered.
//! - The record is done only when `to_queue` returned `Ok`. While the queue refuses letters, the bad
//!   record is the checkpoint, like any that failed: it is never dropped.
//! - The letter serialises to all there is to know: the record as it came, why and how it failed.

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
    /// The latest reading of each sensor that is known.
    latest: Mutex<HashMap<String, Option<f64>>>,
    queue: Mutex<VecDeque<String>>,
    /// How many letters the queue takes.
    room: usize,
}

impl Stores {
    fn new(room: usize) -> Self {
        let sensors = ["hall", "roof"].map(|sensor| (sensor.to_owned(), None));
        Self {
            latest: Mutex::new(sensors.into()),
            queue: Mutex::default(),
            room,
        }
    }
}

/// Handles one record.
#[stream_handler(dead_letter = to_queue, undecodable = "permanent")]
async fn on_reading(reading: KinesisRecord<Json<Reading>>, stores: &Stores) -> Result<(), Failure> {
    let Reading { sensor, celsius } = &**reading.data();
    if *celsius < ABSOLUTE_ZERO {
        return Err(Failure::permanent(format!("{celsius} °C can't be")));
    }
    let mut latest = stores.latest.lock().await;
    let latest = latest.get_mut(sensor);
    *latest.ok_or_else(|| format!("no sensor {sensor} is known"))? = Some(*celsius);
    Ok(())
}

/// Handles one record that failed for good.
async fn to_queue(letter: DeadLetter, stores: &Stores) -> Result<(), io::Error> {
    let mut queue = stores.queue.lock().await;
    if queue.len() == stores.room {
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

/// The whole handler, with an event as Lambda sends it, and without Lambda.
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
    async fn bad_readings_go_into_the_queue_and_the_stream_goes_on() {
        let stores = Stores::new(100);
        let expected: Value =
            serde_json::from_str(include_str!("../../events/expected/dead_letters.json")).unwrap();
        assert_eq!(handle(&stores).await, expected);
        // What comes after them is kept, up to the sensor that isn't known.
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
        assert_eq!(letters[1]["error"], "-400 °C can't be");
        assert_eq!(letters[1]["record"], event["Records"][2]);
    }

    #[tokio::test]
    async fn while_the_queue_is_full_nothing_is_dropped() {
        let stores = Stores::new(1);
        let event: Value = serde_json::from_str(EVENT).unwrap();
        // The first bad record got in, the second is the checkpoint.
        assert_eq!(
            handle(&stores).await["batchItemFailures"][0]["itemIdentifier"],
            event["Records"][2]["kinesis"]["sequenceNumber"]
        );
        assert_eq!(stores.queue.lock().await.len(), 1);
    }
}
