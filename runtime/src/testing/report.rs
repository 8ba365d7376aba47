//! What a simulation saw.

use std::ops::Range;

use serde::Serialize;

use super::{document::OnFailureDocument, shard::NextStep};

/// What a simulation saw: each invocation, and what became of each record.
///
/// `Display` draws it as a timeline. Serialises to JSON, for tools.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub(super) event_source: &'static str,
    pub(super) settings: Vec<String>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) records: Vec<RecordReport>,
    pub(super) on_failure_documents: Vec<OnFailureDocument>,
    pub(super) reached_invocation_limit: bool,
    pub(super) unknown_in_ledger: Vec<String>,
}

/// One invocation of the function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Invocation {
    /// Its number, from 1.
    pub number: usize,
    /// The sequence numbers of its records, in order.
    pub sequence_numbers: Vec<String>,
    /// What Lambda made of what the function returned.
    pub outcome: InvocationOutcome,
    /// What the mapping did then.
    pub next_step: NextStep,
    /// The same records by their positions in the stream.
    #[serde(skip)]
    pub(super) batch: Range<usize>,
    /// Those that were done.
    #[serde(skip)]
    pub(super) done: Range<usize>,
}

/// What Lambda made of what the function returned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum InvocationOutcome {
    /// The whole batch is done.
    Success,
    /// The whole batch is done for Lambda, though the response names failed records.
    Ignored {
        /// The lowest sequence number that the response names, under whatever key.
        lowest_sequence_number: String,
        /// Why Lambda didn't read it.
        because: Unread,
    },
    /// The batch is done up to a record.
    PartialSuccess {
        /// The lowest sequence number that was reported; it is retried with all that comes after.
        checkpoint: String,
    },
    /// None of the batch is done: the function returned something that Lambda takes for that.
    CompleteFailure {
        /// What is wrong with the response.
        because: String,
    },
    /// None of the batch is done: the function returned an error or panicked, or could not read
    /// the event.
    FunctionError {
        /// The error's type, as Lambda reports it.
        error_type: String,
        /// The error's message, as Lambda reports it.
        error_message: String,
    },
}

/// Why Lambda didn't read the failures in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Unread {
    /// The mapping doesn't have `ReportBatchItemFailures` among its function response types.
    ReportBatchItemFailuresOff,
    /// They are not under the key `batchItemFailures`.
    NotUnderBatchItemFailures,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordReport {
    /// The record's sequence number.
    pub sequence_number: String,
    /// In how many batches the function got it.
    pub deliveries: usize,
    /// How often the function started it. `None` without a [`Ledger`](super::Ledger).
    pub started: Option<usize>,
    /// How often the function finished it. `None` without a [`Ledger`](super::Ledger).
    pub finished: Option<usize>,
    /// Where it ended.
    pub fate: Fate,
}

/// Where a record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Fate {
    /// It is out of the stream, and was done as far as is known.
    Done,
    /// The mapping gave up on it, and told the on-failure destination.
    Discarded {
        /// Which of [`Report::on_failure_documents`] names it, from 0.
        document: usize,
    },
    /// It is out of the stream, and nobody did it.
    Lost {
        /// The number of the invocation after which it was gone.
        invocation: usize,
        /// How it was lost.
        loss: Loss,
    },
    /// It was still in the stream when the simulation ended.
    Blocked,
}

/// How a record was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Loss {
    /// The response reported it, or a record before it in the batch, as failed, and Lambda didn't
    /// read that.
    Unread(Unread),
    /// The batch was a success, and the [`Ledger`](super::Ledger) doesn't have it as finished.
    NeverFinished,
    /// The mapping gave up on it, and has no on-failure destination to tell.
    DiscardedWithoutDestination,
}

impl Report {
    /// Each invocation, in order.
    #[must_use]
    pub fn invocations(&self) -> &[Invocation] {
        &self.invocations
    }

    /// Each record, in the order of the stream.
    #[must_use]
    pub fn records(&self) -> &[RecordReport] {
        &self.records
    }

    /// What the on-failure destination received. Empty if the mapping has none.
    #[must_use]
    pub fn on_failure_documents(&self) -> &[OnFailureDocument] {
        &self.on_failure_documents
    }

    /// How many records each invocation got.
    #[must_use]
    pub fn batch_sizes(&self) -> Vec<usize> {
        self.invocations
            .iter()
            .map(|invocation| invocation.batch.len())
            .collect()
    }

    /// Whether the simulation ended because of its
    /// [`invocation_limit`](super::EventSourceMapping::invocation_limit), with records still in
    /// the stream. A real mapping would go on until they expire.
    #[must_use]
    pub fn reached_invocation_limit(&self) -> bool {
        self.reached_invocation_limit
    }

    /// Sequence numbers in the [`Ledger`](super::Ledger) that no record has. If there are any, the
    /// function notes something else than the sequence number.
    #[must_use]
    pub fn unknown_in_ledger(&self) -> &[String] {
        &self.unknown_in_ledger
    }

    /// The records that are lost, in the order of the stream.
    pub fn lost(&self) -> impl Iterator<Item = &RecordReport> {
        self.records
            .iter()
            .filter(|record| matches!(record.fate, Fate::Lost { .. }))
    }

    /// Asserts that no record is lost: each was done, or is in an on-failure document, or is still
    /// in the stream.
    ///
    /// Without a [`Ledger`](super::Ledger) a record counts as done unless a response says
    /// otherwise.
    ///
    /// # Panics
    ///
    /// Records are lost. The message says which, and how.
    #[track_caller]
    pub fn assert_nothing_lost(&self) {
        const SHOWN: usize = 5;
        let lost = self.lost().count();
        if lost == 0 {
            return;
        }
        let records = self.records.iter().enumerate();
        let mut explained: Vec<String> = records
            .filter_map(|(index, record)| match record.fate {
                Fate::Lost { invocation, loss } => Some(format!(
                    "  record {} ({}): {}",
                    index + 1,
                    record.sequence_number,
                    explain(loss, invocation)
                )),
                _ => None,
            })
            .take(SHOWN)
            .collect();
        if lost > SHOWN {
            explained.push(format!("  and {} more", lost - SHOWN));
        }
        if let Some(unknown) = self.unknown_in_ledger.first() {
            explained.push(format!(
                "  note: the ledger has {unknown:?}, which is no record's sequence number"
            ));
        }
        panic!(
            "{lost} of {} records are lost:\n{}\n\n{self}",
            self.records.len(),
            explained.join("\n")
        );
    }
}

fn explain(loss: Loss, invocation: usize) -> String {
    match loss {
        Loss::Unread(because) => format!(
            "invocation {invocation} reported it, or one before it, as failed, and Lambda didn't \
             read that: {because}"
        ),
        Loss::NeverFinished => format!(
            "invocation {invocation} was a success, and the function never finished this record"
        ),
        Loss::DiscardedWithoutDestination => format!(
            "its retries were exhausted with invocation {invocation}, and the mapping has no \
             on-failure destination"
        ),
    }
}
