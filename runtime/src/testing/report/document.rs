//! What an on-failure destination receives about discarded records.
//!
//! "Retain discarded batch records in Lambda" (`kinesis-on-failure-destination.html`,
//! `services-dynamodb-errors.html`).

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use crate::testing::{
    account::{FUNCTION_ARN, request_id},
    put::{SourceKind, StoredRecord},
    time,
};

/// What an on-failure destination receives about discarded records. The document names the records,
/// but does not contain them: you must read them from the stream before they expire.
///
/// Serialises to the document that AWS writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OnFailureDocument {
    /// The last invocation, and why the mapping discarded the records.
    pub request_context: RequestContext,
    /// What the last invocation returned. `None` for records that were too old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_context: Option<ResponseContext>,
    /// The version of the document: `"1.0"`.
    pub version: &'static str,
    /// When the mapping discarded the records, in ISO 8601.
    pub timestamp: String,
    /// The records.
    #[serde(flatten)]
    pub batch_info: BatchInfo,
}

/// The last invocation, and why the mapping discarded the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestContext {
    /// The last invocation's request ID.
    pub request_id: String,
    /// The function's ARN.
    pub function_arn: String,
    /// Why the mapping discarded the records: `RetryAttemptsExhausted` or `RecordAgeExceeded`.
    pub condition: &'static str,
    /// How often the records were delivered as this batch, including the first time.
    pub approximate_invoke_count: u32,
}

/// What the last invocation returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResponseContext {
    /// The HTTP status of the invocation: 200, even for function errors.
    pub status_code: u16,
    /// The version of the function.
    pub executed_version: &'static str,
    /// `Unhandled` after a function error, `None` after a response.
    pub function_error: Option<&'static str>,
}

/// The records of an [`OnFailureDocument`].
///
/// Serialises to an object with one key, which depends on the event source: `KinesisBatchInfo` or
/// `DDBStreamBatchInfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchInfo {
    /// The shard's ID.
    pub shard_id: String,
    /// The first record's sequence number.
    pub start_sequence_number: String,
    /// The last record's sequence number.
    pub end_sequence_number: String,
    /// When the stream received the first record, in ISO 8601.
    pub approximate_arrival_of_first_record: String,
    /// When the stream received the last record, in ISO 8601.
    pub approximate_arrival_of_last_record: String,
    /// The number of records.
    pub batch_size: usize,
    /// The stream's ARN.
    pub stream_arn: String,
    key: &'static str,
}

impl Serialize for BatchInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct BatchInfoFields<'a> {
            shard_id: &'a str,
            start_sequence_number: &'a str,
            end_sequence_number: &'a str,
            approximate_arrival_of_first_record: &'a str,
            approximate_arrival_of_last_record: &'a str,
            batch_size: usize,
            stream_arn: &'a str,
        }
        let fields = BatchInfoFields {
            shard_id: &self.shard_id,
            start_sequence_number: &self.start_sequence_number,
            end_sequence_number: &self.end_sequence_number,
            approximate_arrival_of_first_record: &self.approximate_arrival_of_first_record,
            approximate_arrival_of_last_record: &self.approximate_arrival_of_last_record,
            batch_size: self.batch_size,
            stream_arn: &self.stream_arn,
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.key, &fields)?;
        map.end()
    }
}

/// Records that the mapping discards together.
pub(crate) struct DiscardedBatch<'a> {
    pub(crate) first: &'a StoredRecord,
    pub(crate) last: &'a StoredRecord,
    /// How many records.
    pub(crate) records: usize,
    /// The number of the last invocation.
    pub(crate) last_invocation: usize,
    /// How often the records were delivered as this batch.
    pub(crate) invocations: u32,
    pub(crate) condition: Condition,
    /// In milliseconds since 1970.
    pub(crate) discarded_at: u64,
}

/// Why a mapping discards records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// `function_error` says whether the last invocation was a function error.
    RetryAttemptsExhausted {
        function_error: bool,
    },
    RecordAgeExceeded,
}

impl OnFailureDocument {
    pub(crate) fn new(kind: SourceKind, batch: &DiscardedBatch<'_>) -> Self {
        let (timestamp, key): (fn(u64) -> String, _) = if kind == SourceKind::DynamoDb {
            (time::to_the_second, "DDBStreamBatchInfo")
        } else {
            (time::to_the_millisecond, "KinesisBatchInfo")
        };
        let (condition, function_error) = match batch.condition {
            Condition::RecordAgeExceeded => ("RecordAgeExceeded", None),
            Condition::RetryAttemptsExhausted { function_error } => {
                ("RetryAttemptsExhausted", Some(function_error))
            }
        };
        Self {
            request_context: RequestContext {
                request_id: request_id(batch.last_invocation),
                function_arn: FUNCTION_ARN.to_owned(),
                condition,
                approximate_invoke_count: batch.invocations,
            },
            response_context: function_error.map(|function_error| ResponseContext {
                status_code: 200,
                executed_version: "$LATEST",
                function_error: function_error.then_some("Unhandled"),
            }),
            version: "1.0",
            timestamp: time::to_the_millisecond(batch.discarded_at),
            batch_info: BatchInfo {
                shard_id: batch.first.place.clone(),
                start_sequence_number: batch.first.identifier.clone(),
                end_sequence_number: batch.last.identifier.clone(),
                approximate_arrival_of_first_record: timestamp(batch.first.arrival),
                approximate_arrival_of_last_record: timestamp(batch.last.arrival),
                batch_size: batch.records,
                stream_arn: kind.arn().to_owned(),
                key,
            },
        }
    }
}
