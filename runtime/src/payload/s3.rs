//! S3 event notifications in the bodies of SQS messages, directly or inside SNS notifications.
//!
//! Shape: Amazon S3 User Guide, "Event message structure"
//! (`notification-content-structure.html`).

use serde::Deserialize;

use super::{
    Data, Payload,
    document::{Str, describe, read},
};
use crate::DecodeError;

/// An S3 event notification: what happened to which objects.
///
/// ```
/// use stream_handler::{s3::S3Event, sqs::SqsMessage, stream_handler};
///
/// #[stream_handler]
/// async fn on_upload(message: SqsMessage<S3Event>) {
///     for record in message.body().records() {
///         println!("{} in {}: {:?} bytes", record.key, record.bucket, record.size);
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let event = serde_json::json!({ "Records": [{ "messageId": "1", "body": r#"{ "Records": [{
/// #     "eventName": "ObjectCreated:Put", "eventTime": "2026-01-02T12:45:07.000Z",
/// #     "s3": { "bucket": { "name": "b" }, "object": { "key": "a+b", "size": 1 } } }] }"# }] });
/// # let batch = serde_json::from_str(&event.to_string()).unwrap();
/// # let event = stream_handler::LambdaEvent::new(batch, Default::default());
/// # assert!(on_upload::batch(event).await.unwrap().batch_item_failures().is_empty());
/// # });
/// ```
///
/// When notifications are set up, S3 first sends an `s3:TestEvent`: an event without records, for which
/// [`is_test`](Self::is_test) is true.
///
/// For notifications through an SNS topic take `SqsMessage<Sns<S3Event>>`. Events through EventBridge
/// have another shape: take `EventBridge<T>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct S3Event {
    records: Vec<S3Record>,
    is_test: bool,
}

impl S3Event {
    /// Creates an event with these records, to call a record handler in a unit test.
    #[must_use]
    pub fn new(records: Vec<S3Record>) -> Self {
        Self {
            records,
            is_test: false,
        }
    }

    /// One record for each object. S3 nearly always sends one record per message.
    #[must_use]
    pub fn records(&self) -> &[S3Record] {
        &self.records
    }

    /// The records, owned.
    #[must_use]
    pub fn into_records(self) -> Vec<S3Record> {
        self.records
    }

    /// Whether this is the test message that S3 sends when notifications are set up.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.is_test
    }
}

/// What happened to one object.
///
/// ```
/// use stream_handler::s3::S3Record;
///
/// let mut record = S3Record::new("photos", "2026/my cat.jpg");
/// record.size = Some(1024);
/// assert_eq!(record.key, "2026/my cat.jpg");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct S3Record {
    /// What happened, such as `ObjectCreated:Put`, without the prefix `s3:` of the notification's
    /// configuration.
    pub event_name: String,
    /// When S3 finished the request, such as `2026-01-02T12:45:07.000Z`.
    pub event_time: String,
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, decoded: in the notification it is URL-encoded.
    pub key: String,
    /// The object's size in bytes; `None` if the notification has none, as for a deletion.
    pub size: Option<u64>,
    /// The object's entity tag.
    pub e_tag: Option<String>,
    /// The object's version, if the bucket has versioning.
    pub version_id: Option<String>,
    /// Orders two events of the *same key*. Pad the shorter sequencer with zeros on the right, then compare
    /// the texts: the greater one belongs to the later event.
    pub sequencer: Option<String>,
}

impl S3Record {
    /// Creates a record with only a bucket and a key, to call a record handler in a unit test.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            ..Self::default()
        }
    }
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, rename = "Records")]
    records: Option<Vec<Entry<'a>>>,
    #[serde(borrow, rename = "Event")]
    event: Option<Str<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    event_name: String,
    event_time: String,
    #[serde(borrow)]
    s3: Inner<'a>,
}

#[derive(Deserialize)]
struct Inner<'a> {
    bucket: Bucket,
    #[serde(borrow)]
    object: Object<'a>,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    #[serde(borrow)]
    key: Str<'a>,
    size: Option<u64>,
    e_tag: Option<String>,
    version_id: Option<String>,
    sequencer: Option<String>,
}

// Keeps the list of payloads in error messages short.
#[diagnostic::do_not_recommend]
impl Payload for S3Event {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        let json = String::decode(data)?;
        let found = || {
            let found = describe(&json);
            format!("the payload is not an S3 event notification, it is {found}")
        };
        if !json.trim_start().starts_with('{') {
            return Err(DecodeError::new(found()));
        }
        let message: Message<'_> = read(&json, "the payload is not an S3 event notification")?;
        match (message.records, message.event) {
            (Some(entries), _) => {
                let records = entries.into_iter().enumerate();
                let records = records.map(|(index, entry)| entry.record(index));
                Ok(Self::new(records.collect::<Result<_, _>>()?))
            }
            (None, Some(Str(event))) if event == "s3:TestEvent" => Ok(Self {
                records: Vec::new(),
                is_test: true,
            }),
            (None, _) => Err(DecodeError::new(found()).because("`Records` is missing or null")),
        }
    }
}

impl Entry<'_> {
    fn record(self, index: usize) -> Result<S3Record, DecodeError> {
        let (bucket, object) = (self.s3.bucket, self.s3.object);
        let Str(encoded) = object.key;
        let key = url_decoded(&encoded).ok_or_else(|| {
            DecodeError::new(format!(
                "`Records[{index}].s3.object.key` is not URL-encoded UTF-8"
            ))
        })?;
        Ok(S3Record {
            event_name: self.event_name,
            event_time: self.event_time,
            bucket: bucket.name,
            key,
            size: object.size,
            e_tag: object.e_tag,
            version_id: object.version_id,
            sequencer: object.sequencer,
        })
    }
}

/// Decodes URL-encoded text, as in an HTML form: `+` is a space and `%41` is the byte 0x41.
pub(crate) fn url_decoded(text: &str) -> Option<String> {
    let plain = text.replace('+', " ");
    let mut parts = plain.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let digit = |at| char::from(*part.as_bytes().get(at)?).to_digit(16);
        bytes.push(u8::try_from(digit(0)? * 16 + digit(1)?).ok()?);
        // The two digits are ASCII, so index 2 is a character boundary.
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}
