//! What comes out: the report of a simulation, as text, as JSON, and as assertions.

mod assertions;
mod document;
mod history;
mod invocation;
mod record;
mod summary;
mod timeline;

use std::time::Duration;

use serde::{Serialize, Serializer};

pub use self::{
    document::{BatchInfo, OnFailureDocument, RequestContext, ResponseContext},
    invocation::{Invocation, InvocationOutcome, NextStep, WhyIgnored},
    record::{Fate, Loss, OrderViolation, RecordReport},
};
pub(crate) use self::{
    document::{Condition, DiscardedBatch},
    history::{End, History},
    summary::summarize,
};
use super::{put::SourceKind, time::millis};

/// What a simulation saw: each invocation, and the fate of each record.
///
/// `Display` draws a timeline. `Serialize` writes JSON for tools.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    event_source: &'static str,
    settings: Vec<String>,
    invocations: Vec<Invocation>,
    records: Vec<RecordReport>,
    on_failure_documents: Vec<OnFailureDocument>,
    order_violations: Vec<OrderViolation>,
    reached_invocation_limit: bool,
    unknown_in_ledger: Vec<String>,
    #[serde(rename = "elapsedMillis", serialize_with = "as_millis")]
    elapsed: Duration,
    #[serde(skip)]
    kind: SourceKind,
}

impl Report {
    /// The invocations, in the order in which they ended.
    #[must_use]
    pub fn invocations(&self) -> &[Invocation] {
        &self.invocations
    }

    /// The records, in the order in which they were put.
    #[must_use]
    pub fn records(&self) -> &[RecordReport] {
        &self.records
    }

    /// The documents that the on-failure destination received. Empty if the mapping has no
    /// destination.
    #[must_use]
    pub fn on_failure_documents(&self) -> &[OnFailureDocument] {
        &self.on_failure_documents
    }

    /// The number of records in each invocation. Throttled invocations are left out: the function
    /// was not invoked.
    #[must_use]
    pub fn batch_sizes(&self) -> Vec<usize> {
        self.invocations
            .iter()
            .filter(|invocation| invocation.outcome != InvocationOutcome::Throttled)
            .map(|invocation| invocation.batch.len())
            .collect()
    }

    /// How long the simulation took on its own clock.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Whether the simulation ended at its
    /// [`invocation_limit`](super::EventSourceMapping::invocation_limit) with unprocessed records
    /// left. A real mapping would continue until they expire.
    #[must_use]
    pub fn reached_invocation_limit(&self) -> bool {
        self.reached_invocation_limit
    }

    /// Identifiers in the [`Ledger`](super::Ledger) that belong to no record. If there are any, the
    /// function notes something other than a record's identifier.
    #[must_use]
    pub fn unknown_in_ledger(&self) -> &[String] {
        &self.unknown_in_ledger
    }

    /// The lost records, in the order in which they were put.
    pub fn lost(&self) -> impl Iterator<Item = &RecordReport> {
        self.records
            .iter()
            .filter(|record| matches!(record.fate, Fate::Lost { .. }))
    }

    /// Pairs of records with the same key that were processed in the wrong order. Only the first
    /// time a record is processed counts, since a retry can repeat it at any later time.
    ///
    /// A record counts as processed when the [`Ledger`](super::Ledger) has it as finished, or,
    /// without a ledger, when Lambda takes it for processed.
    #[must_use]
    pub fn order_violations(&self) -> &[OrderViolation] {
        &self.order_violations
    }

    /// The number of deliveries of all records together.
    #[must_use]
    pub fn deliveries(&self) -> usize {
        self.records.iter().map(|record| record.deliveries).sum()
    }

    /// How often the function processed records that it had already processed.
    /// `None` without a [`Ledger`](super::Ledger).
    #[must_use]
    pub fn wasted(&self) -> Option<usize> {
        let repeated = |record: &RecordReport| Some(record.finished?.saturating_sub(1));
        self.records.iter().map(repeated).sum()
    }
}

fn as_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(millis(*duration))
}
