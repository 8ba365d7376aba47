//! How Lambda reads what a stream's function returned.
//!
//! "Configuring partial batch response with Kinesis Data Streams and Lambda"
//! (`services-kinesis-batchfailurereporting.html`), "… with `DynamoDB` and Lambda"
//! (`services-ddb-batchfailurereporting.html`).

use std::collections::HashMap;

use serde_json::Value;

use super::{options::MalformedResponse, record::ShardRecord, sequence_number};

/// How Lambda reads a response when `ReportBatchItemFailures` is on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The whole batch is done.
    Success,
    /// The batch is done up to the record at this position in it, which is retried with all that
    /// comes after it.
    Checkpoint(usize),
    /// The whole batch is retried. Why.
    CompleteFailure(String),
}

/// Reads a response as Lambda does when `ReportBatchItemFailures` is on.
pub(super) fn read(
    response: &[u8],
    batch: &[ShardRecord],
    malformed: MalformedResponse,
) -> Reading {
    let malformed = |what: String| match malformed {
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
        let identifier = match item.get("itemIdentifier") {
            Some(Value::String(identifier)) => identifier,
            Some(other) => {
                let other = shortened(other);
                return Reading::CompleteFailure(format!("an `itemIdentifier` is {other}"));
            }
            None => {
                let item = shortened(item);
                return Reading::CompleteFailure(format!("{item} has no `itemIdentifier`"));
            }
        };
        match positions.get(identifier.as_str()) {
            Some(position) => reported.push((identifier, *position)),
            None if identifier.is_empty() => {
                return Reading::CompleteFailure("an `itemIdentifier` is empty".to_owned());
            }
            None => {
                return Reading::CompleteFailure(format!(
                    "`itemIdentifier` {identifier:?} is not a sequence number of the batch"
                ));
            }
        }
    }
    let lowest = reported
        .into_iter()
        .min_by(|(a, _), (b, _)| sequence_number::compare(a, b));
    lowest.map_or(Reading::Success, |(_, position)| {
        Reading::Checkpoint(position)
    })
}

/// The position of the first record of the batch that is named in a response: under
/// `batchItemFailures`, or without that anywhere, whatever the key; by its sequence number, or by
/// its event ID, which ends in that.
///
/// For a response that Lambda ignored: what the function meant to report.
pub(super) fn first_named(response: &[u8], batch: &[ShardRecord]) -> Option<usize> {
    fn visit(value: &Value, positions: &HashMap<&str, usize>) -> Option<usize> {
        match value {
            Value::String(string) => {
                let number = string.rsplit(':').next().unwrap_or_default();
                positions.get(number).copied()
            }
            Value::Array(array) => array.iter().filter_map(|v| visit(v, positions)).min(),
            Value::Object(map) => map.values().filter_map(|v| visit(v, positions)).min(),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }
    let response: Value = serde_json::from_slice(response).ok()?;
    let failures = response.get("batchItemFailures");
    let failures = failures.filter(|failures| !failures.is_null());
    visit(failures.unwrap_or(&response), &positions(batch))
}

fn positions(batch: &[ShardRecord]) -> HashMap<&str, usize> {
    let numbers = batch.iter().map(|record| &*record.sequence_number);
    numbers.zip(0..).collect()
}

/// A JSON value in a message: not longer than a line.
fn shortened(value: &Value) -> String {
    let json = value.to_string();
    match json.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json,
    }
}
