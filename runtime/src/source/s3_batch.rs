//! Amazon S3 Batch Operations: a task for each object of a job.
//!
//! In the Amazon S3 User Guide: [Invoke AWS Lambda function].
//!
//! [Invoke AWS Lambda function]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    DecodeError, Event, EventError, ItemIdentifier, Outcome, RawRecord, Record, Source, Success,
    json::of_raw,
    panic,
    payload::s3::url_decoded,
    source::{
        Reporting, Split,
        field::{Raw, identifier, required},
        split::alike_at,
    },
};

/// S3 Batch Operations as an event source. The response has one entry for every task: success,
/// a temporary failure, which S3 retries, or a permanent failure
/// ([`Failure::permanent`](crate::Failure::permanent)). The job's report contains the error's text.
#[derive(Debug, Clone, Copy)]
pub enum S3Batch {}

/// The fields of a task that are read before it is decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<'e> {
    #[serde(borrow)]
    task_id: Option<Raw<'e>>,
    #[serde(borrow)]
    s3_key: Option<Raw<'e>>,
    #[serde(borrow)]
    s3_version_id: Option<Raw<'e>>,
    #[serde(borrow)]
    s3_bucket: Option<Raw<'e>>,
    #[serde(borrow)]
    s3_bucket_arn: Option<Raw<'e>>,
}

of_raw!(Envelope: task_id, s3_key, s3_version_id, s3_bucket, s3_bucket_arn);

impl Source for S3Batch {
    const NAME: &'static str = "S3 Batch Operations";
    const IDENTIFIER: &'static str = "taskId";
    const REPORTING: Reporting = Reporting::EachRecord;
    type Envelope<'e> = Envelope<'e>;
    type Output = String;

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        alike_at(event, "tasks")
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        identifier(envelope.task_id)
    }

    fn record_response(
        _: &Envelope<'_>,
        task_id: &ItemIdentifier,
        outcome: &Outcome<String>,
    ) -> serde_json::Result<Box<RawValue>> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Entry<'a> {
            task_id: &'a ItemIdentifier,
            result_code: &'static str,
            result_string: Cow<'a, str>,
        }
        let (result_code, result_string) = match outcome {
            Outcome::Processed(result) => ("Succeeded", Cow::Borrowed(&**result)),
            Outcome::DeadLettered(_) => ("Succeeded", Cow::Owned(panic::display(outcome))),
            Outcome::Failed(failure) if failure.is_permanent() => {
                ("PermanentFailure", Cow::Owned(panic::display(outcome)))
            }
            Outcome::Failed(_) | Outcome::Interrupted | Outcome::NotStarted => {
                ("TemporaryFailure", Cow::Owned(panic::display(outcome)))
            }
        };
        to_raw_value(&Entry {
            task_id,
            result_code,
            result_string,
        })
    }

    fn batch_response(
        event: &Event,
        results: &[Box<RawValue>],
    ) -> serde_json::Result<Box<RawValue>> {
        #[derive(Deserialize, Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Invocation<'e> {
            #[serde(borrow)]
            invocation_schema_version: &'e RawValue,
            #[serde(borrow)]
            invocation_id: &'e RawValue,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Response<'a> {
            #[serde(flatten)]
            invocation: Invocation<'a>,
            // No key is missing: every task has an entry.
            treat_missing_keys_as: &'static str,
            results: &'a [Box<RawValue>],
        }
        to_raw_value(&Response {
            invocation: serde_json::from_str(event.json())?,
            treat_missing_keys_as: "TemporaryFailure",
            results,
        })
    }
}

impl Success<S3Batch> for () {
    fn into_output(self) -> String {
        String::new()
    }
}

/// A text for the job's report.
impl Success<S3Batch> for String {
    fn into_output(self) -> String {
        self
    }
}

/// One task, which names an object.
///
/// ```
/// use stream_handler::{s3_batch::S3BatchTask, stream_handler};
///
/// #[stream_handler]
/// async fn on_object(task: S3BatchTask) -> Result<String, std::io::Error> {
///     Ok(format!("saw {} in {}", task.key(), task.bucket()))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3BatchTask {
    bucket: String,
    key: String,
    encoded_key: String,
    version_id: Option<String>,
}

impl S3BatchTask {
    /// Creates a task without an event, to call a record handler in a unit test. `key` is the object's
    /// key, not URL-encoded; [`encoded_key`](Self::encoded_key) returns it unchanged.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        let key = key.into();
        Self {
            bucket: bucket.into(),
            encoded_key: key.clone(),
            key,
            version_id: None,
        }
    }

    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The object's key: `a b+c.txt`.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The object's key in its URL-encoded form in the event: `a+b%2Bc.txt`.
    #[must_use]
    pub fn encoded_key(&self) -> &str {
        &self.encoded_key
    }

    /// The object's version, if the manifest names one.
    #[must_use]
    pub fn version_id(&self) -> Option<&str> {
        self.version_id.as_deref()
    }
}

impl Record for S3BatchTask {
    type Source = S3Batch;

    fn decode(raw: RawRecord<'_, '_, S3Batch>) -> Result<Self, DecodeError> {
        let envelope = raw.envelope();
        // Schema 1.0 has the bucket's ARN, 2.0 its name.
        let bucket = if let Some(bucket) = envelope.s3_bucket.and_then(Raw::string) {
            bucket.into_owned()
        } else {
            let arn = required(envelope.s3_bucket_arn, "s3BucketArn")?;
            arn.rsplit(':').next().unwrap_or_default().to_owned()
        };
        let encoded_key = required(envelope.s3_key, "s3Key")?.into_owned();
        let key = url_decoded(&encoded_key)
            .ok_or_else(|| DecodeError::new("`s3Key` is not URL-encoded UTF-8"))?;
        Ok(Self {
            bucket,
            key,
            encoded_key,
            version_id: envelope
                .s3_version_id
                .and_then(Raw::string)
                .map(Cow::into_owned),
        })
    }
}
