//! How Lambda reads what a function returned.
//!
//! "Configuring partial batch response with Kinesis Data Streams and Lambda"
//! (`services-kinesis-batchfailurereporting.html`), "… with `DynamoDB` and Lambda"
//! (`services-ddb-batchfailurereporting.html`), "Handling errors for an SQS event source in
//! Lambda" (`services-sqs-errorhandling.html`), "Process Amazon MSK messages with Lambda"
//! (`kafka-retry-configurations.html`).

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use crate::testing::{
    mapping::settings::Settings,
    mapping::undocumented::{KafkaResume, MalformedResponse},
    put::sequence_number,
    put::{Kind, SimRecord},
};

/// How Lambda reads a response when `ReportBatchItemFailures` is on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The whole batch is done.
    Success,
    /// These records are not done, by their positions in the batch: at least one, ascending.
    Undone(Vec<usize>),
    /// The whole batch is retried. Why.
    CompleteFailure(String),
}

/// Reads a response as Lambda does when `ReportBatchItemFailures` is on.
pub(crate) fn read(response: &[u8], batch: &[&SimRecord], settings: &Settings) -> Reading {
    let malformed = |what: String| match settings.malformed_response {
        MalformedResponse::CompleteFailure => Reading::CompleteFailure(what),
        MalformedResponse::Success => Reading::Success,
    };
    let Ok(response) = serde_json::from_slice::<Value>(response) else {
        return malformed("the response is not JSON".to_owned());
    };
    let items = match &response {
        Value::Null => return Reading::Success,
        Value::String(string) if string.is_empty() => return Reading::Success,
        Value::Array(array) if array.is_empty() => return Reading::Success,
        Value::Object(object) => match object.get("batchItemFailures") {
            // A misspelt key reads like an empty response: the reported failures are lost.
            None | Some(Value::Null) => return Reading::Success,
            Some(Value::Array(items)) => items,
            Some(other) => {
                return malformed(format!("`batchItemFailures` is {}", shortened(other)));
            }
        },
        other => return malformed(format!("the response is {}", shortened(other))),
    };
    let positions = positions(batch);
    let mut reported = Vec::with_capacity(items.len());
    for item in items {
        match position(item, &positions, settings.kind) {
            Ok(position) => reported.push(position),
            Err(because) => return Reading::CompleteFailure(because),
        }
    }
    undone(reported, batch, settings)
}

/// Which record of the batch an item names.
fn position(item: &Value, positions: &HashMap<&str, usize>, kind: Kind) -> Result<usize, String> {
    let Some(identifier) = item.get("itemIdentifier") else {
        return Err(format!("{} has no `itemIdentifier`", shortened(item)));
    };
    let Some(name) = name(identifier, kind) else {
        return Err(format!("an `itemIdentifier` is {}", shortened(identifier)));
    };
    if name.is_empty() {
        return Err("an `itemIdentifier` is empty".to_owned());
    }
    let position = positions.get(&*name).copied();
    position.ok_or_else(|| {
        let what = match kind {
            Kind::Kinesis | Kind::DynamoDb => "a sequence number",
            Kind::Sqs | Kind::Fifo => "a message ID",
            Kind::Kafka => "a partition and offset",
        };
        format!(
            "`itemIdentifier` {} is not {what} of the batch",
            shortened(identifier)
        )
    })
}

/// What the simulator calls the record that an identifier names: Kafka's are objects.
fn name(identifier: &Value, kind: Kind) -> Option<Cow<'_, str>> {
    if kind == Kind::Kafka {
        let partition = identifier.get("partition")?.as_str()?;
        let offset = identifier.get("offset")?.as_u64()?;
        return Some(format!("{partition}:{offset}").into());
    }
    identifier.as_str().map(Cow::Borrowed)
}

/// What is not done if these are reported.
fn undone(mut reported: Vec<usize>, batch: &[&SimRecord], settings: &Settings) -> Reading {
    let identifier = |position: &usize| &*batch[*position].identifier;
    let lowest = reported
        .iter()
        .copied()
        .min_by(|a, b| sequence_number::compare(identifier(a), identifier(b)));
    let Some(lowest) = lowest else {
        return Reading::Success;
    };
    if settings.kind.is_stream() {
        return Reading::Undone((lowest..batch.len()).collect());
    }
    reported.sort_unstable();
    reported.dedup();
    if settings.kind == Kind::Kafka && settings.kafka_resume == KafkaResume::PerPartition {
        let mut failed = Vec::new();
        let mut at = 0;
        reported = (0..batch.len())
            .filter(|position| {
                if reported.get(at) == Some(position) {
                    at += 1;
                    failed.push(&*batch[*position].place);
                }
                failed.contains(&&*batch[*position].place)
            })
            .collect();
    }
    Reading::Undone(reported)
}

/// The state in a response of a function with tumbling windows.
pub(crate) fn state(response: &[u8]) -> Option<Value> {
    let mut response: Value = serde_json::from_slice(response).ok()?;
    response.get_mut("state").map(Value::take)
}

/// The records of the batch that are named in a response, ascending: under `batchItemFailures`,
/// or without that under any key that may be meant for it; by identifier, or by an event ID, which
/// ends in that.
///
/// For a response that Lambda ignored: what the function meant to report.
pub(crate) fn named(response: &[u8], batch: &[&SimRecord], settings: &Settings) -> Vec<usize> {
    fn visit(value: &Value, kind: Kind, positions: &HashMap<&str, usize>, found: &mut Vec<usize>) {
        if let Some(name) = name(value, kind) {
            let end = if kind == Kind::Kafka {
                &*name
            } else {
                name.rsplit(':').next().unwrap_or_default()
            };
            found.extend(positions.get(end));
        }
        match value {
            Value::Array(array) => array.iter().for_each(|v| visit(v, kind, positions, found)),
            Value::Object(map) => map.values().for_each(|v| visit(v, kind, positions, found)),
            _ => {}
        }
    }
    let Ok(response) = serde_json::from_slice::<Value>(response) else {
        return Vec::new();
    };
    let failures = response.get("batchItemFailures");
    let failures = failures.filter(|failures| !failures.is_null());
    let meant = |key: &str| {
        let key = key.to_lowercase();
        ["batch", "item", "fail"]
            .iter()
            .any(|word| key.contains(word))
    };
    let under: Vec<&Value> = match (failures, &response) {
        (Some(failures), _) => vec![failures],
        (None, Value::Object(fields)) => fields
            .iter()
            .filter_map(|(key, value)| meant(key).then_some(value))
            .collect(),
        (None, other) => vec![other],
    };
    let mut found = Vec::new();
    let positions = positions(batch);
    for value in under {
        visit(value, settings.kind, &positions, &mut found);
    }
    match undone(found, batch, settings) {
        Reading::Undone(positions) => positions,
        Reading::Success | Reading::CompleteFailure(_) => Vec::new(),
    }
}

fn positions<'a>(batch: &[&'a SimRecord]) -> HashMap<&'a str, usize> {
    let identifiers = batch.iter().map(|record| &*record.identifier);
    identifiers.zip(0..).collect()
}

/// A JSON value in a message: not longer than a line.
fn shortened(value: &Value) -> String {
    let json = value.to_string();
    match json.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json,
    }
}
