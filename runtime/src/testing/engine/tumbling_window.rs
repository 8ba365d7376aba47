//! Tumbling windows, and the events of streams and topics.
//!
//! "Configure stateful processing" (`services-kinesis-windows.html`, `services-ddb-windows.html`).

use std::time::Duration;

use serde_json::{Value, json};

use crate::testing::{
    engine::feed::World,
    engine::poller::Batch,
    put::{self, Kind},
    time::{self, START, millis},
};

/// The most bytes that a window's state may have: 1 MB.
const STATE: usize = 1024 * 1024;

/// A tumbling window of a shard.
#[derive(Debug)]
pub(crate) struct Window {
    /// Milliseconds since 1970, as the end.
    start: u64,
    pub(crate) end: u64,
    state: Value,
    /// The shard.
    place: String,
}

impl Window {
    /// The window that a time is in; `None` without windows.
    pub(crate) fn around(at: u64, length: Duration) -> Option<Self> {
        let length = millis(length);
        let start = START + (at - START).checked_div(length)? * length;
        Some(Self {
            start,
            end: start + length,
            state: json!({}),
            place: String::new(),
        })
    }

    pub(crate) fn has(&self, at: u64) -> bool {
        (self.start..self.end).contains(&at)
    }
}

/// Takes note of the state after a batch; returns whether the window must be closed, early.
pub(crate) fn advance(
    window: &mut Option<Window>,
    batch: &Batch,
    state: Option<&Value>,
) -> Option<bool> {
    match batch.closes_window {
        Some(false) => {
            *window = None;
            None
        }
        // It goes on, with nothing in its state.
        Some(true) => {
            if let Some(window) = window {
                window.state = json!({});
            }
            None
        }
        None => {
            let (window, state) = (window.as_mut()?, state?);
            window.state = state.clone();
            (state.to_string().len() > STATE).then_some(true)
        }
    }
}

/// The shard of a batch, or its partitions.
pub(crate) fn place(batch: &Batch, window: Option<&Window>, world: &World<'_>) -> String {
    let mut places: Vec<&str> = Vec::new();
    for record in &batch.records {
        let place = &*world.records[*record].place;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    match window {
        Some(window) if places.is_empty() => window.place.clone(),
        _ => places.join(", "),
    }
}

/// The event of a batch.
pub(crate) fn event(batch: &Batch, window: Option<&mut Window>, world: &World<'_>) -> Value {
    let records = batch.records.iter().map(|record| &world.records[*record]);
    let kind = world.settings.kind;
    if kind == Kind::Kafka {
        return put::kafka_event(records);
    }
    let place = batch
        .records
        .first()
        .map(|record| world.records[*record].place.clone());
    let records: Vec<&Value> = records.map(|record| &record.json).collect();
    let mut event = json!({ "Records": records });
    if let Some(window) = window {
        if let Some(place) = place {
            window.place = place;
        }
        event["window"] = json!({
            "start": time::to_the_second(window.start),
            "end": time::to_the_second(window.end),
        });
        event["state"] = window.state.clone();
        event["shardId"] = json!(window.place);
        event["eventSourceARN"] = json!(kind.arn());
        event["isFinalInvokeForWindow"] = json!(batch.closes_window.is_some());
        event["isWindowTerminatedEarly"] = json!(batch.closes_window == Some(true));
    }
    event
}
