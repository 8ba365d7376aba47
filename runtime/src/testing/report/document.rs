//! What an on-failure destination receives for records that a mapping gave up on.
//!
//! "Retain discarded batch records in Lambda" (`kinesis-on-failure-destination.html`,
//! `services-dynamodb-errors.html`).

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use crate::testing::{
    invoke::handler::{FUNCTION_ARN, request_id},
    put::{Kind, SimRecord},
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
    /// What the last invocation returned. `None` for records that are too old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_context: Option<ResponseContext>,
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
    /// Why the mapping gave up: `RetryAttemptsExhausted`, or `RecordAgeExceeded`.
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

/// Why a mapping gave up on records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// After a function error.
    FunctionError,
    /// After a response.
    Response,
    RecordAgeExceeded,
}

impl Condition {
    pub(crate) fn after_response(function_error: bool) -> Self {
        if function_error {
            Self::FunctionError
        } else {
            Self::Response
        }
    }
}

impl OnFailureDocument {
    /// The document for records of a source: the first and the last, how many, the last
    /// invocation's number, how many there were, why there is no other, and when.
    pub(crate) fn new(
        kind: Kind,
        [first, last]: [&SimRecord; 2],
        count: usize,
        (invocation, approximate_invoke_count): (usize, u32),
        condition: Condition,
        now: u64,
    ) -> Self {
        let timestamp = if kind == Kind::DynamoDb {
            time::to_the_second
        } else {
            time::to_the_millisecond
        };
        let too_old = condition == Condition::RecordAgeExceeded;
        Self {
            request_context: RequestContext {
                request_id: request_id(invocation),
                function_arn: FUNCTION_ARN.to_owned(),
                condition: if too_old {
                    "RecordAgeExceeded"
                } else {
                    "RetryAttemptsExhausted"
                },
                approximate_invoke_count,
            },
            response_context: (!too_old).then(|| ResponseContext {
                status_code: 200,
                executed_version: "$LATEST",
                function_error: (condition == Condition::FunctionError).then_some("Unhandled"),
            }),
            version: "1.0",
            timestamp: time::to_the_millisecond(now),
            batch_info: BatchInfo {
                shard_id: first.place.clone(),
                start_sequence_number: first.identifier.clone(),
                end_sequence_number: last.identifier.clone(),
                approximate_arrival_of_first_record: timestamp(first.arrival),
                approximate_arrival_of_last_record: timestamp(last.arrival),
                batch_size: count,
                stream_arn: kind.arn().to_owned(),
                key: if kind == Kind::DynamoDb {
                    "DDBStreamBatchInfo"
                } else {
                    "KinesisBatchInfo"
                },
            },
        }
    }
}
