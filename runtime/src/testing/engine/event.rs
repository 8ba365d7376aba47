//! The events of streams and topics.

use serde_json::{Value, json};

use super::{
    feed::World,
    pending_batch::{Closing, PendingBatch},
    tumbling_window::TumblingWindow,
};
use crate::testing::{
    put::{SourceKind, kafka_event},
    time,
};

/// The shard of a batch, or its partitions.
pub(super) fn place(
    batch: &PendingBatch,
    window: Option<&TumblingWindow>,
    world: &World<'_>,
) -> String {
    let mut places: Vec<&str> = Vec::new();
    for record in &batch.records {
        let place = &*world.records[*record].place;
        if !places.contains(&place) {
            places.push(place);
        }
    }
    match window {
        // The final batch of a window has no records.
        Some(window) if places.is_empty() => window.place.clone(),
        _ => places.join(", "),
    }
}

/// The event of a batch.
pub(super) fn event(
    batch: &PendingBatch,
    window: Option<&mut TumblingWindow>,
    world: &World<'_>,
) -> Value {
    let records = batch.records.iter().map(|record| &world.records[*record]);
    let kind = world.settings.kind;
    if kind == SourceKind::Kafka {
        return kafka_event(records);
    }
    let first = records.clone().next();
    let place = first.map(|record| record.place.clone());
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
        event["isFinalInvokeForWindow"] = json!(batch.closing.is_some());
        event["isWindowTerminatedEarly"] = json!(batch.closing == Some(Closing::Early));
    }
    event
}
