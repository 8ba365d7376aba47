//! What the report says about a record.

use serde::Serialize;

use super::WhyIgnored;

/// What happened to one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordReport {
    /// What a response calls the record: its sequence number, its message ID, or
    /// `topic-partition:offset`.
    pub identifier: String,
    /// Records with the same key must stay in order. The key is the partition key, the item's keys
    /// as JSON, the message group, or the Kafka partition. `None` in a standard queue.
    pub key: Option<String>,
    /// In how many batches the function received the record.
    pub deliveries: usize,
    /// How often the function started the record. `None` without a [`Ledger`](crate::testing::Ledger).
    pub started: Option<usize>,
    /// How often the function finished the record. `None` without a
    /// [`Ledger`](crate::testing::Ledger).
    pub finished: Option<usize>,
    /// How the record ended.
    pub fate: Fate,
}

/// How a record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Fate {
    /// The function processed the record, as the [`Ledger`](crate::testing::Ledger) says, or,
    /// without a ledger, as the response says.
    Processed,
    /// The mapping discarded the record and sent a document to the on-failure destination.
    Discarded {
        /// The position of the document in [`Report::on_failure_documents`].
        ///
        /// [`Report::on_failure_documents`]: crate::testing::Report::on_failure_documents
        document: usize,
    },
    /// The queue moved the message to its dead-letter queue.
    DeadLettered {
        /// How often the message was received before.
        receives: u32,
    },
    /// The mapping's filter rejected the record, so the function did not get it.
    Filtered,
    /// The record is gone, but was not processed.
    Lost {
        /// The number of the last invocation before the record was gone. 0 if there was none.
        invocation: usize,
        /// How the record was lost.
        loss: Loss,
    },
    /// The record was still in the stream, queue or topic when the simulation ended.
    Blocked,
}

/// How a record was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Loss {
    /// The response reported the record as failed, or in a stream an earlier record of the batch,
    /// but Lambda ignored that.
    ResponseIgnored(WhyIgnored),
    /// The invocation succeeded, but the [`Ledger`](crate::testing::Ledger) does not have the record
    /// as finished.
    NeverFinished,
    /// The mapping discarded the record, and has no on-failure destination.
    DiscardedWithoutDestination,
    /// The record was in the stream, queue or topic longer than its retention period.
    Expired,
    /// The record was put before the mapping's starting position.
    BeforeStartingPosition,
}

/// Two records with the same key that were first processed in the wrong order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OrderViolation {
    /// The records' key.
    pub key: String,
    /// The identifier of the record that was put first, but processed last.
    pub earlier: String,
    /// The identifier of the record that was put last, but processed first.
    pub later: String,
}
