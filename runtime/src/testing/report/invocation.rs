//! What the report says about an invocation.

use std::{fmt, time::Duration};

use serde::Serialize;

use super::as_millis;
use crate::testing::mapping::Fault;

/// One invocation of the function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Invocation {
    /// The invocation's number, from 1, in the order in which invocations started.
    pub number: usize,
    /// When the invocation started, as the time since the mapping was enabled, on the simulation's
    /// clock.
    #[serde(rename = "startedAtMillis", serialize_with = "as_millis")]
    pub started_at: Duration,
    /// When the invocation ended, as the time since the mapping was enabled.
    #[serde(rename = "endedAtMillis", serialize_with = "as_millis")]
    pub ended_at: Duration,
    /// The shard, queue or partitions of the records.
    pub place: String,
    /// The records' identifiers in order: sequence numbers, message IDs, or
    /// `topic-partition:offset`.
    pub identifiers: Vec<String>,
    /// How Lambda read what the function returned.
    pub outcome: InvocationOutcome,
    /// The injected fault, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// What the mapping did after the invocation.
    pub next_step: NextStep,
    /// The indices of the records.
    #[serde(skip)]
    pub(crate) batch: Vec<usize>,
    /// The indices of the records that Lambda takes for processed.
    #[serde(skip)]
    pub(crate) processed: Vec<usize>,
    /// The indices of the records that a partial response left unprocessed.
    #[serde(skip)]
    pub(crate) unprocessed: Vec<usize>,
}

/// How Lambda read what the function returned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum InvocationOutcome {
    /// The whole batch is processed.
    Success,
    /// The response names failed records, but Lambda ignores them and takes the whole batch for
    /// processed.
    Ignored {
        /// The first record of the batch that the response names.
        first: String,
        /// Why Lambda ignores the failures.
        because: WhyIgnored,
    },
    /// The records before the checkpoint are processed. For streams.
    PartialSuccess {
        /// The lowest reported sequence number. Its record and all later ones are retried.
        checkpoint: String,
    },
    /// Some records are unprocessed, the others are processed. For queues and topics.
    ItemFailures {
        /// The identifiers of the unprocessed records.
        identifiers: Vec<String>,
    },
    /// The whole batch is unprocessed because of the response.
    CompleteFailure {
        /// What is wrong with the response.
        because: String,
    },
    /// The whole batch is unprocessed: the function returned an error, panicked, timed out, or could
    /// not read the event.
    FunctionError {
        /// The error's type, as Lambda reports it.
        error_type: String,
        /// The error's message, as Lambda reports it.
        error_message: String,
    },
    /// Lambda throttled the function: it was not invoked.
    Throttled,
    /// The response was lost ([`Fault::Duplicate`]), so the whole batch is delivered again.
    ResponseLost,
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
    /// It continues after the batch.
    Continue,
    /// It continues at the reported record.
    ResumeFromCheckpoint,
    /// It delivers the same batch again, which counts as a retry unless the function was throttled.
    Retry,
    /// It delivers the batch in two halves.
    Bisect,
    /// It discards the unprocessed records, and continues after the batch.
    Discard,
    /// The unprocessed messages become visible in the queue again.
    ReturnToQueue,
    /// It delivers the batch again because the response was lost.
    DeliverAgain,
}

/// Why Lambda ignored the failures in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WhyIgnored {
    /// The mapping does not have `ReportBatchItemFailures` in its `FunctionResponseTypes`.
    ReportBatchItemFailuresOff,
    /// The failures are not under the key `batchItemFailures`.
    NotUnderBatchItemFailures,
}

impl fmt::Display for WhyIgnored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReportBatchItemFailuresOff => "the mapping has ReportBatchItemFailures off",
            Self::NotUnderBatchItemFailures => {
                "the failures are not under the key `batchItemFailures`"
            }
        })
    }
}
