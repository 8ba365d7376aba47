//! What a simulation saw.

pub(crate) mod assertions;
pub(crate) mod document;
pub(crate) mod history;
pub(crate) mod ledger;
pub(crate) mod summary;
pub(crate) mod timeline;

use std::{fmt, time::Duration};

use serde::{Serialize, Serializer};

use crate::testing::{mapping::faults::Fault, put::Kind, report::document::OnFailureDocument};

/// What a simulation saw: each invocation, and what became of each record.
///
/// `Display` draws it as a timeline. Serialises to JSON, for tools.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub(crate) event_source: &'static str,
    pub(crate) settings: Vec<String>,
    pub(crate) invocations: Vec<Invocation>,
    pub(crate) records: Vec<RecordReport>,
    pub(crate) on_failure_documents: Vec<OnFailureDocument>,
    pub(crate) order_violations: Vec<OrderViolation>,
    pub(crate) reached_invocation_limit: bool,
    pub(crate) unknown_in_ledger: Vec<String>,
    /// How long it took on the simulation's clock.
    #[serde(rename = "elapsedMillis", serialize_with = "as_millis")]
    pub(crate) elapsed: Duration,
    #[serde(skip)]
    pub(crate) kind: Kind,
}

/// One invocation of the function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Invocation {
    /// Its number, from 1, in the order in which they started.
    pub number: usize,
    /// When it started, on the simulation's clock, since the mapping was enabled.
    #[serde(rename = "startedAtMillis", serialize_with = "as_millis")]
    pub started_at: Duration,
    /// When it ended.
    #[serde(rename = "endedAtMillis", serialize_with = "as_millis")]
    pub ended_at: Duration,
    /// The shard, the queue or the partitions that its records are from.
    pub place: String,
    /// What a response names its records by, in order: sequence numbers, message IDs, or
    /// `topic-partition:offset`.
    pub identifiers: Vec<String>,
    /// What Lambda made of what the function returned.
    pub outcome: InvocationOutcome,
    /// The fault that was injected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// What the mapping did then.
    pub next_step: NextStep,
    /// The same records by their positions.
    #[serde(skip)]
    pub(crate) batch: Vec<usize>,
    /// Those that were done.
    #[serde(skip)]
    pub(crate) done: Vec<usize>,
    /// Those that a partial response left.
    #[serde(skip)]
    pub(crate) undone: Vec<usize>,
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
        /// The first record of the batch that the response names, under whatever key.
        first: String,
        /// Why Lambda didn't read it.
        because: Unread,
    },
    /// A batch of a stream is done up to a record.
    PartialSuccess {
        /// The lowest sequence number that was reported; it is retried with all that comes after.
        checkpoint: String,
    },
    /// A batch of a queue or topic is done but for some records.
    ItemFailures {
        /// Those that are delivered again.
        identifiers: Vec<String>,
    },
    /// None of the batch is done: the function returned something that Lambda takes for that.
    CompleteFailure {
        /// What is wrong with the response.
        because: String,
    },
    /// None of the batch is done: the function returned an error or panicked, took too long, or
    /// could not read the event.
    FunctionError {
        /// The error's type, as Lambda reports it.
        error_type: String,
        /// The error's message, as Lambda reports it.
        error_message: String,
    },
    /// The function was not invoked: Lambda throttled it.
    Throttled,
    /// The mapping doesn't know what the function returned, and delivers the batch again.
    Forgotten,
}

impl InvocationOutcome {
    pub(crate) fn is_function_error(&self) -> bool {
        matches!(self, Self::FunctionError { .. })
    }
}

/// What the mapping does after an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum NextStep {
    /// It goes on after the batch.
    Continue,
    /// It goes on from the record that was reported.
    ResumeFromCheckpoint,
    /// It delivers the same batch again.
    Retry,
    /// It delivers the batch in two halves.
    Bisect,
    /// It gives up on the records that are not done, and goes on after the batch.
    Discard,
    /// What is not done becomes visible in the queue again.
    ReturnToQueue,
    /// It delivers the batch again, as if it had not been answered.
    DeliverAgain,
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

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReportBatchItemFailuresOff => {
                "the mapping doesn't have ReportBatchItemFailures on"
            }
            Self::NotUnderBatchItemFailures => "they are not under the key `batchItemFailures`",
        })
    }
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordReport {
    /// What a response names it by: the sequence number, the message ID, or
    /// `topic-partition:offset`.
    pub identifier: String,
    /// Records of the same key must stay in order: the partition key, the item's keys as JSON, the
    /// message group, or the Kafka partition. `None` in a standard queue.
    pub key: Option<String>,
    /// In how many batches the function got it.
    pub deliveries: usize,
    /// How often the function started it. `None` without a [`Ledger`](crate::testing::Ledger).
    pub started: Option<usize>,
    /// How often the function finished it. `None` without a [`Ledger`](crate::testing::Ledger).
    pub finished: Option<usize>,
    /// Where it ended.
    pub fate: Fate,
}

/// Where a record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Fate {
    /// It is out of the stream, queue or topic, and was done as far as is known.
    Done,
    /// The mapping gave up on it, and told the on-failure destination.
    Discarded {
        /// Which of [`Report::on_failure_documents`] names it, from 0.
        document: usize,
    },
    /// The queue moved it to its dead-letter queue.
    DeadLettered {
        /// How often it was received before.
        receives: u32,
    },
    /// The mapping's filter doesn't let it pass: the function was not meant to get it.
    Filtered,
    /// It is gone, and nobody did it.
    Lost {
        /// The number of the invocation after which it was gone.
        invocation: usize,
        /// How it was lost.
        loss: Loss,
    },
    /// It was still in the stream, queue or topic when the simulation ended.
    Blocked,
}

/// How a record was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Loss {
    /// The response reported it, or in a stream a record before it in the batch, as failed, and
    /// Lambda didn't read that.
    Unread(Unread),
    /// The batch was a success, and the [`Ledger`](crate::testing::Ledger) doesn't have it as finished.
    NeverFinished,
    /// The mapping gave up on it, and has no on-failure destination to tell.
    DiscardedWithoutDestination,
    /// It was in the stream, queue or topic for longer than that keeps records.
    Expired,
    /// It was put before the starting position of the mapping.
    BeforeStartingPosition,
}

/// Two records of one key that were done in the wrong order, each for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrderViolation {
    /// The key.
    pub key: String,
    /// The identifier of the record that should have been done first.
    pub earlier: String,
    /// The identifier of the one that was.
    pub later: String,
}

fn as_millis<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(crate::testing::time::millis(*duration))
}

impl Report {
    /// Each invocation, in the order in which they ended.
    #[must_use]
    pub fn invocations(&self) -> &[Invocation] {
        &self.invocations
    }

    /// Each record, in the order in which they were put.
    #[must_use]
    pub fn records(&self) -> &[RecordReport] {
        &self.records
    }

    /// What the on-failure destination received. Empty if the mapping has none.
    #[must_use]
    pub fn on_failure_documents(&self) -> &[OnFailureDocument] {
        &self.on_failure_documents
    }

    /// How many records each invocation got. Those that were throttled got none, and are not here.
    #[must_use]
    pub fn batch_sizes(&self) -> Vec<usize> {
        self.invocations
            .iter()
            .filter(|invocation| invocation.outcome != InvocationOutcome::Throttled)
            .map(|invocation| invocation.batch.len())
            .collect()
    }

    /// How long it took on the simulation's clock.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Whether the simulation ended because of its
    /// [`invocation_limit`](crate::testing::EventSourceMapping::invocation_limit), with records still
    /// there. A real mapping would go on until they expire.
    #[must_use]
    pub fn reached_invocation_limit(&self) -> bool {
        self.reached_invocation_limit
    }

    /// Identifiers in the [`Ledger`](crate::testing::Ledger) that no record has. If there are any, the
    /// function notes something else than the identifier.
    #[must_use]
    pub fn unknown_in_ledger(&self) -> &[String] {
        &self.unknown_in_ledger
    }

    /// The records that are lost, in the order in which they were put.
    pub fn lost(&self) -> impl Iterator<Item = &RecordReport> {
        self.records
            .iter()
            .filter(|record| matches!(record.fate, Fate::Lost { .. }))
    }

    /// Records of one key that were done in the wrong order. Only first completions count: what is
    /// delivered again after a failure is done again, in any order that has.
    ///
    /// Without a [`Ledger`](crate::testing::Ledger) a record is done when the mapping takes it for done.
    #[must_use]
    pub fn order_violations(&self) -> &[OrderViolation] {
        &self.order_violations
    }

    /// How many deliveries there were, all records together.
    #[must_use]
    pub fn deliveries(&self) -> usize {
        self.records.iter().map(|record| record.deliveries).sum()
    }

    /// How often records were processed again though they were done: the work that is wasted.
    /// `None` without a [`Ledger`](crate::testing::Ledger).
    #[must_use]
    pub fn wasted(&self) -> Option<usize> {
        let again = |record: &RecordReport| Some(record.finished?.saturating_sub(1));
        self.records.iter().map(again).sum()
    }
}
