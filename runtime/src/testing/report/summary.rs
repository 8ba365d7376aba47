//! Makes the report of what a run has seen.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use crate::testing::{
    mapping::settings::Settings,
    put::SimRecord,
    report::history::History,
    report::ledger::Ledger,
    report::{OrderViolation, RecordReport, Report},
};

pub(crate) fn report(
    settings: &Settings,
    records: &[SimRecord],
    history: History,
    elapsed: Duration,
    ledger: Option<&Ledger>,
) -> Report {
    let positions: HashMap<&str, usize> = records
        .iter()
        .map(|record| &*record.identifier)
        .zip(0..)
        .collect();
    let mut notes = ledger.map(Ledger::snapshot);
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
        .map(|(record, seen)| {
            let entry = notes
                .as_mut()
                .map(|notes| notes.entries.remove(&record.identifier).unwrap_or_default());
            let finished = entry.map(|entry| entry.finished);
            RecordReport {
                identifier: record.identifier.clone(),
                key: record.key.clone(),
                deliveries: seen.deliveries,
                started: entry.map(|entry| entry.started),
                finished,
                fate: seen.fate(finished.map(|times| times > 0), invocations),
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

/// Completions that come after one of a later record of the same key.
fn order_violations(records: &[SimRecord], completions: &[usize]) -> Vec<OrderViolation> {
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
