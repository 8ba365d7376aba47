//! What an on-failure destination receives for records that a mapping gave up on.
//!
//! "Retain discarded batch records in Lambda" (`kinesis-on-failure-destination.html`,
//! `services-dynamodb-errors.html`).

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{
    handler::{FUNCTION_ARN, request_id},
    record::{ShardRecord, StreamRecord},
    time,
};

/// What an on-failure destination receives for records that the mapping gave up on. It names the
/// records and doesn't hold them: they must be read from the stream before they expire.
///
/// Serialises to the document as AWS writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OnFailureDocument {
    /// The last invocation, and why there won't be another.
    pub request_context: RequestContext,
    /// What the last invocation returned.
    pub response_context: ResponseContext,
    /// The version of the document: `"1.0"`.
    pub version: &'static str,
    /// When the mapping gave up, in ISO 8601.
    pub timestamp: String,
    /// The records.
    #[serde(flatten)]
    pub batch_info: BatchInfo,
}

/// The last invocation, and why there won't be another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RequestContext {
    /// The last invocation's request ID.
    pub request_id: String,
    /// The function.
    pub function_arn: String,
    /// Why the mapping gave up: `RetryAttemptsExhausted`.
    pub condition: &'static str,
    /// How often these records were delivered as this batch, the first time included.
    pub approximate_invoke_count: u32,
}

/// What the last invocation returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResponseContext {
    /// The status of the invocation, which is 200 for function errors too.
    pub status_code: u16,
    /// The version of the function.
    pub executed_version: &'static str,
    /// `Unhandled` after a function error, nothing after a response.
    pub function_error: Option<&'static str>,
}

/// The records of an [`OnFailureDocument`].
///
/// Serialises to an object whose one key says which event source it was: `KinesisBatchInfo`, or
/// `DDBStreamBatchInfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchInfo {
    /// The shard.
    pub shard_id: String,
    /// The first record's sequence number.
    pub start_sequence_number: String,
    /// The last record's sequence number.
    pub end_sequence_number: String,
    /// When the stream received the first record, in ISO 8601.
    pub approximate_arrival_of_first_record: String,
    /// When the stream received the last record, in ISO 8601.
    pub approximate_arrival_of_last_record: String,
    /// How many records.
    pub batch_size: usize,
    /// The stream.
    pub stream_arn: String,
    key: &'static str,
}

impl Serialize for BatchInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields<'a> {
            shard_id: &'a str,
            start_sequence_number: &'a str,
            end_sequence_number: &'a str,
            approximate_arrival_of_first_record: &'a str,
            approximate_arrival_of_last_record: &'a str,
            batch_size: usize,
            stream_arn: &'a str,
        }
        let fields = Fields {
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

impl OnFailureDocument {
    /// The document for records whose retries are exhausted; `None` for no records.
    pub(super) fn retry_attempts_exhausted<S: StreamRecord>(
        records: &[ShardRecord],
        invocation: usize,
        approximate_invoke_count: u32,
        after_function_error: bool,
    ) -> Option<Self> {
        let (first, last) = (records.first()?, records.last()?);
        Some(Self {
            request_context: RequestContext {
                request_id: request_id(invocation),
                function_arn: FUNCTION_ARN.to_owned(),
                condition: "RetryAttemptsExhausted",
                approximate_invoke_count,
            },
            response_context: ResponseContext {
                status_code: 200,
                executed_version: "$LATEST",
                function_error: after_function_error.then_some("Unhandled"),
            },
            version: "1.0",
            timestamp: time::to_the_millisecond(time::end_of_invocation(invocation)),
            batch_info: BatchInfo {
                shard_id: S::PLACE.shard_id.to_owned(),
                start_sequence_number: first.sequence_number.clone(),
                end_sequence_number: last.sequence_number.clone(),
                approximate_arrival_of_first_record: S::timestamp(first.arrival),
                approximate_arrival_of_last_record: S::timestamp(last.arrival),
                batch_size: records.len(),
                stream_arn: S::PLACE.stream_arn.to_owned(),
                key: S::BATCH_INFO,
            },
        })
    }
}
