//! How Lambda reads a response.
//!
//! "Configuring partial batch response with Kinesis Data Streams and Lambda"
//! (`services-kinesis-batchfailurereporting.html`), "… with `DynamoDB` and Lambda"
//! (`services-ddb-batchfailurereporting.html`), "Handling errors for an SQS event source in
//! Lambda" (`services-sqs-errorhandling.html`), "Process Amazon MSK messages with Lambda"
//! (`kafka-retry-configurations.html`).

use std::{borrow::Cow, collections::HashMap};

use serde_json::Value;

use crate::testing::{
    mapping::{KafkaResume, MalformedResponse, MappingSettings},
    put::{SourceKind, StoredRecord, sequence_number},
};

/// How Lambda reads a response when `ReportBatchItemFailures` is on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The whole batch is processed.
    Success,
    /// These positions in the batch are unprocessed: at least one, in ascending order.
    Unprocessed(Vec<usize>),
    /// The whole batch is unprocessed, for this reason.
    CompleteFailure(String),
}

/// Reads a response as Lambda does when `ReportBatchItemFailures` is on.
pub(crate) fn read(
    response: &[u8],
    batch: &[&StoredRecord],
    settings: &MappingSettings,
) -> Reading {
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
            // A misspelt key has the same effect as an empty response.
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
    unprocessed(reported, batch, settings)
}

/// The position of the record that an item of `batchItemFailures` names.
fn position(
    item: &Value,
    positions: &HashMap<&str, usize>,
    kind: SourceKind,
) -> Result<usize, String> {
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
            SourceKind::Kinesis | SourceKind::DynamoDb => "a sequence number",
            SourceKind::Sqs | SourceKind::Fifo => "a message ID",
            SourceKind::Kafka => "a partition and offset",
        };
        format!(
            "`itemIdentifier` {} is not {what} of the batch",
            shortened(identifier)
        )
    })
}

/// An identifier in the form of [`StoredRecord::identifier`]. Kafka's are objects.
fn name(identifier: &Value, kind: SourceKind) -> Option<Cow<'_, str>> {
    if kind == SourceKind::Kafka {
        let partition = identifier.get("partition")?.as_str()?;
        let offset = identifier.get("offset")?.as_u64()?;
        return Some(format!("{partition}:{offset}").into());
    }
    identifier.as_str().map(Cow::Borrowed)
}

/// Which records are unprocessed if these positions are reported.
fn unprocessed(
    mut reported: Vec<usize>,
    batch: &[&StoredRecord],
    settings: &MappingSettings,
) -> Reading {
    let identifier = |position: &usize| &*batch[*position].identifier;
    let lowest = reported
        .iter()
        .copied()
        .min_by(|a, b| sequence_number::compare(identifier(a), identifier(b)));
    let Some(lowest) = lowest else {
        return Reading::Success;
    };
    if settings.kind.is_stream() {
        return Reading::Unprocessed((lowest..batch.len()).collect());
    }
    reported.sort_unstable();
    reported.dedup();
    if settings.kind == SourceKind::Kafka && settings.kafka_resume == KafkaResume::PerPartition {
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
    Reading::Unprocessed(reported)
}

/// The state for the tumbling window in a response.
pub(crate) fn state(response: &[u8]) -> Option<Value> {
    let mut response: Value = serde_json::from_slice(response).ok()?;
    response.get_mut("state").map(Value::take)
}

/// Which records a function meant to report as failed in a response that Lambda ignores: ascending
/// positions in the batch.
///
/// Looks under `batchItemFailures`, or, if that is missing, under keys with a similar name. Records
/// are named by identifier, or by event ID, which ends with the identifier.
pub(crate) fn named(
    response: &[u8],
    batch: &[&StoredRecord],
    settings: &MappingSettings,
) -> Vec<usize> {
    fn visit(
        value: &Value,
        kind: SourceKind,
        positions: &HashMap<&str, usize>,
        found: &mut Vec<usize>,
    ) {
        if let Some(name) = name(value, kind) {
            let end = if kind == SourceKind::Kafka {
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
    let is_similar = |key: &str| {
        let key = key.to_lowercase();
        ["batch", "item", "fail"]
            .iter()
            .any(|word| key.contains(word))
    };
    let under: Vec<&Value> = match (failures, &response) {
        (Some(failures), _) => vec![failures],
        (None, Value::Object(fields)) => fields
            .iter()
            .filter_map(|(key, value)| is_similar(key).then_some(value))
            .collect(),
        (None, other) => vec![other],
    };
    let mut found = Vec::new();
    let positions = positions(batch);
    for value in under {
        visit(value, settings.kind, &positions, &mut found);
    }
    match unprocessed(found, batch, settings) {
        Reading::Unprocessed(positions) => positions,
        Reading::Success | Reading::CompleteFailure(_) => Vec::new(),
    }
}

fn positions<'a>(batch: &[&'a StoredRecord]) -> HashMap<&'a str, usize> {
    let identifiers = batch.iter().map(|record| &*record.identifier);
    identifiers.zip(0..).collect()
}

/// A JSON value for a message, cut to 60 characters.
fn shortened(value: &Value) -> String {
    let json = value.to_string();
    match json.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json,
    }
}
