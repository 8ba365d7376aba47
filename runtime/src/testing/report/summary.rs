//! Makes the report from the history of a simulation.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use super::{History, OrderViolation, RecordReport, Report};
use crate::testing::{ledger::Ledger, mapping::MappingSettings, put::StoredRecord};

pub(crate) fn summarize(
    settings: &MappingSettings,
    records: &[StoredRecord],
    history: History,
    elapsed: Duration,
) -> Report {
    let positions: HashMap<&str, usize> = records
        .iter()
        .map(|record| &*record.identifier)
        .zip(0..)
        .collect();
    let mut notes = settings.ledger.as_ref().map(Ledger::snapshot);
    let completions = match &notes {
        Some(notes) => {
            let finished = notes.completions.iter();
            finished
                .filter_map(|identifier| positions.get(&**identifier).copied())
                .collect()
        }
        None => history.completions,
    };
    let invocations = history.invocations.len();
    let reports = records
        .iter()
        .zip(&history.records)
        .map(|(record, history)| {
            let entry = notes
                .as_mut()
                .map(|notes| notes.entries.remove(&record.identifier).unwrap_or_default());
            let finished = entry.map(|entry| entry.finished);
            RecordReport {
                identifier: record.identifier.clone(),
                key: record.key.clone(),
                deliveries: history.deliveries,
                started: entry.map(|entry| entry.started),
                finished,
                fate: history.fate(finished.map(|times| times > 0), invocations),
            }
        })
        .collect();
    let unknown = notes.map(|notes| notes.entries).unwrap_or_default();
    Report {
        event_source: settings.kind.name(),
        settings: settings.describe(),
        invocations: history.invocations,
        records: reports,
        on_failure_documents: history.documents,
        order_violations: order_violations(records, &completions),
        reached_invocation_limit: history.reached_invocation_limit,
        unknown_in_ledger: unknown.into_keys().collect(),
        elapsed,
        kind: settings.kind,
    }
}

/// Finds each completion that follows one of a later record with the same key.
fn order_violations(records: &[StoredRecord], completions: &[usize]) -> Vec<OrderViolation> {
    let mut latest: BTreeMap<&str, usize> = BTreeMap::new();
    let mut violations = Vec::new();
    for &record in completions {
        let Some(key) = records[record].key.as_deref() else {
            continue;
        };
        let latest = latest.entry(key).or_insert(record);
        if record < *latest {
            violations.push(OrderViolation {
                key: key.to_owned(),
                earlier: records[record].identifier.clone(),
                later: records[*latest].identifier.clone(),
            });
        } else {
            *latest = record;
        }
    }
    violations
}
