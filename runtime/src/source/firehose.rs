//! Amazon Data Firehose: transforming records before delivery.
//!
//! In the Amazon Data Firehose Developer Guide: [Transform source data].
//!
//! [Transform source data]: https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html

use std::{collections::BTreeMap, fmt, time::SystemTime};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Outcome, Payload, RawRecord, Record,
    Source, Success,
    event::Origin,
    json::of_raw,
    source::{
        Reporting, Split,
        field::{Raw, Text, identifier, milliseconds, required},
        split::alike_at,
    },
};

/// Amazon Data Firehose as an event source. The response has one entry for every record: the
/// transformed data, or the result "dropped" or "failed". Firehose delivers transformed records. It
/// writes failed records to the error output of the Firehose stream, and does not retry them.
///
/// A response can't be larger than 6 MB. If it would be, its largest records are reported as failed
/// until the rest fits. If that happens, choose a smaller buffer.
#[derive(Debug, Clone, Copy)]
pub enum Firehose {}

/// The maximum response size of a Lambda function, minus room for the JSON around the records.
const LARGEST: usize = 6 * 1024 * 1024 - 1024;

/// The fields of a record that are read before it is decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<'e> {
    #[serde(borrow)]
    record_id: Option<Raw<'e>>,
    #[serde(borrow)]
    data: Option<Raw<'e>>,
    /// Replaces `data` if the Firehose stream reads from Amazon MSK.
    #[serde(borrow)]
    kafka_record_value: Option<Raw<'e>>,
    #[serde(borrow)]
    approximate_arrival_timestamp: Option<Raw<'e>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    record_id: &'a ItemIdentifier,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kafka_record_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    partition_keys: &'a BTreeMap<String, String>,
}

impl<'a> Entry<'a> {
    fn without_data(record_id: &'a ItemIdentifier, result: &'static str) -> Self {
        Self {
            record_id,
            result,
            data: None,
            kafka_record_value: None,
            metadata: None,
        }
    }
}

impl Envelope<'_> {
    fn is_from_kafka(&self) -> bool {
        self.data.is_none() && self.kafka_record_value.is_some()
    }
}

of_raw!(Envelope: record_id, data, kafka_record_value, approximate_arrival_timestamp);

impl Source for Firehose {
    const NAME: &'static str = "Firehose";
    const IDENTIFIER: &'static str = "recordId";
    const REPORTING: Reporting = Reporting::EachRecord;
    type Envelope<'e> = Envelope<'e>;
    type Output = Transformed;

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        alike_at(event, "records")
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        identifier(envelope.record_id)
    }

    fn record_response(
        envelope: &Envelope<'_>,
        record_id: &ItemIdentifier,
        outcome: &Outcome<Transformed>,
    ) -> serde_json::Result<Box<RawValue>> {
        let base64;
        let entry = match outcome {
            Outcome::Processed(Transformed(Fate::Data {
                data,
                partition_keys,
            })) => {
                base64 = BASE64_STANDARD.encode(data);
                let is_from_kafka = envelope.is_from_kafka();
                Entry {
                    record_id,
                    result: "Ok",
                    data: (!is_from_kafka).then_some(&base64),
                    kafka_record_value: is_from_kafka.then_some(&base64),
                    metadata: (!partition_keys.is_empty()).then_some(Metadata { partition_keys }),
                }
            }
            Outcome::Processed(Transformed(Fate::Dropped)) | Outcome::DeadLettered(_) => {
                Entry::without_data(record_id, "Dropped")
            }
            Outcome::Failed(_) | Outcome::Interrupted | Outcome::NotStarted => {
                Entry::without_data(record_id, "ProcessingFailed")
            }
        };
        to_raw_value(&entry)
    }

    fn batch_response(_: &Event, entries: &[Box<RawValue>]) -> serde_json::Result<Box<RawValue>> {
        #[derive(Serialize)]
        struct Response<'a> {
            records: Vec<&'a RawValue>,
        }
        let fallbacks = too_large(entries)?;
        let mut records: Vec<&RawValue> = entries.iter().map(|entry| &**entry).collect();
        for (index, entry) in &fallbacks {
            records[*index] = entry;
        }
        to_raw_value(&Response { records })
    }
}

/// Returns entries without data that replace the largest entries, so that all entries fit into a response.
fn too_large(entries: &[Box<RawValue>]) -> serde_json::Result<Vec<(usize, Box<RawValue>)>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Reported {
        record_id: Box<str>,
    }
    let size = |entry: &RawValue| entry.get().len() + 1;
    let mut total: usize = entries.iter().map(|entry| size(entry)).sum();
    let mut fallbacks = Vec::new();
    if total <= LARGEST {
        return Ok(fallbacks);
    }
    let mut by_size: Vec<usize> = (0..entries.len()).collect();
    by_size.sort_by_key(|&index| std::cmp::Reverse(size(&entries[index])));
    for index in by_size {
        if total <= LARGEST {
            break;
        }
        let Reported { record_id } = serde_json::from_str(entries[index].get())?;
        let Some(identifier) = ItemIdentifier::new(record_id) else {
            continue;
        };
        tracing::error!(
            source = Firehose::NAME,
            record = index,
            %identifier,
            "the response is full: the record is reported as failed"
        );
        let fallback = to_raw_value(&Entry::without_data(&identifier, "ProcessingFailed"))?;
        total -= size(&entries[index]).saturating_sub(size(&fallback));
        fallbacks.push((index, fallback));
    }
    Ok(fallbacks)
}

/// The result for one record: transformed data, or dropped.
///
/// ```
/// use stream_handler::{Json, firehose::{FirehoseRecord, Transformed}, stream_handler};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Click {
///     page: String,
///     country: String,
/// }
///
/// #[stream_handler]
/// async fn on_click(click: FirehoseRecord<Json<Click>>) -> Result<Transformed, serde_json::Error> {
///     let Json(click) = click.into_data();
///     if click.page == "/health" {
///         return Ok(Transformed::dropped());
///     }
///     Ok(Transformed::json_line(&click)?.with_partition_key("country", &click.country))
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transformed(Fate);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    Data {
        data: Bytes,
        partition_keys: BTreeMap<String, String>,
    },
    Dropped,
}

impl Transformed {
    /// Delivers these bytes in place of the record's.
    pub fn data(data: impl Into<Bytes>) -> Self {
        Self(Fate::Data {
            data: data.into(),
            partition_keys: BTreeMap::new(),
        })
    }

    /// Delivers a value as JSON, followed by a line feed, since Firehose concatenates records.
    ///
    /// # Errors
    ///
    /// The value can't be written as JSON.
    pub fn json_line(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        Ok(Self::data(line))
    }

    /// Delivers nothing, on purpose.
    #[must_use]
    pub fn dropped() -> Self {
        Self(Fate::Dropped)
    }

    /// Adds a key for dynamic partitioning. It has no effect on a dropped record.
    #[must_use]
    pub fn with_partition_key(mut self, name: &str, value: &str) -> Self {
        if let Fate::Data { partition_keys, .. } = &mut self.0 {
            partition_keys.insert(name.to_owned(), value.to_owned());
        }
        self
    }
}

impl Success<Firehose> for Transformed {
    fn into_output(self) -> Transformed {
        self
    }
}

/// One Firehose record, with its data decoded into `T`.
#[derive(Clone)]
pub struct FirehoseRecord<T> {
    origin: Origin,
    record_id: Text,
    approximate_arrival_timestamp: Option<SystemTime>,
    data: T,
}

impl<T> FirehoseRecord<T> {
    /// Creates a record without an event, to call a record handler in a unit test.
    pub fn new(data: T) -> Self {
        Self {
            origin: Origin::none(),
            record_id: Text::Missing,
            approximate_arrival_timestamp: None,
            data,
        }
    }

    /// The record's data.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// The record's data, owned.
    pub fn into_data(self) -> T {
        self.data
    }

    /// The record's identifier in this invocation.
    #[must_use]
    pub fn record_id(&self) -> &str {
        self.record_id.get(self.origin.event()).unwrap_or_default()
    }

    /// When Firehose received the record, in milliseconds.
    #[must_use]
    pub fn approximate_arrival_timestamp(&self) -> Option<SystemTime> {
        self.approximate_arrival_timestamp
    }

    /// The record's JSON, for fields that have no method, such as `kinesisRecordMetadata`. Empty for a
    /// record without an event.
    #[must_use]
    pub fn json(&self) -> &str {
        self.origin.json()
    }
}

impl<T: Payload> Record for FirehoseRecord<T> {
    type Source = Firehose;

    fn decode(raw: RawRecord<'_, '_, Firehose>) -> Result<Self, DecodeError> {
        let (event, envelope) = (raw.event(), raw.envelope());
        let data = if envelope.is_from_kafka() {
            required(envelope.kafka_record_value, "kafkaRecordValue")?
        } else {
            required(envelope.data, "data")?
        };
        Ok(Self {
            origin: raw.origin(),
            record_id: Text::new(event, envelope.record_id),
            approximate_arrival_timestamp: milliseconds(envelope.approximate_arrival_timestamp),
            data: T::decode(Data::base64(data))?,
        })
    }
}

impl<T: fmt::Debug> fmt::Debug for FirehoseRecord<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirehoseRecord")
            .field("record_id", &self.record_id())
            .field(
                "approximate_arrival_timestamp",
                &self.approximate_arrival_timestamp,
            )
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}
