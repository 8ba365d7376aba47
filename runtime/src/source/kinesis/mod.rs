//! Amazon Kinesis Data Streams.
//!
//! In the AWS Lambda Developer Guide: [Kinesis Data Streams], [partial batch responses].
//!
//! [Kinesis Data Streams]: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
//! [partial batch responses]: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html

#[cfg(feature = "kpl")]
mod aggregate;
#[cfg(feature = "kpl")]
mod user_record;

use std::{borrow::Cow, fmt, time::SystemTime};

use serde::Deserialize;

use crate::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
    event::Origin,
    json::{Object, of_raw},
    source::{
        Lane, Reporting, Split, Windowed,
        field::{Raw, Seconds, Text, foreign, identifier, required},
        split::alike_at,
    },
};

#[cfg(feature = "kpl")]
pub use self::user_record::{KinesisAggregated, UserEnvelope, UserRecord};

/// Kinesis Data Streams as an event source. The response names the first unprocessed record: the
/// checkpoint, from which Lambda delivers the shard again.
#[derive(Debug, Clone, Copy)]
pub enum Kinesis {}

/// The fields of a record that are read before it is decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<'e> {
    // SNS writes `EventSource`. Without the alias, events of SNS would not be refused.
    #[serde(borrow, alias = "EventSource")]
    event_source: Option<Raw<'e>>,
    #[serde(borrow, rename = "eventSourceARN")]
    event_source_arn: Option<Raw<'e>>,
    #[serde(borrow)]
    kinesis: Option<Object<Inner<'e>>>,
}

impl<'e> Envelope<'e> {
    fn inner(&self) -> Option<&Inner<'e>> {
        self.kinesis.as_ref().map(|Object(inner)| inner)
    }

    /// As [`inner`](Self::inner), with an error if it is missing.
    fn required(&self) -> Result<&Inner<'e>, DecodeError> {
        self.inner()
            .ok_or_else(|| DecodeError::new("`kinesis` is missing"))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner<'e> {
    #[serde(borrow)]
    sequence_number: Option<Raw<'e>>,
    #[serde(borrow)]
    partition_key: Option<Raw<'e>>,
    #[serde(borrow)]
    data: Option<Raw<'e>>,
    #[serde(borrow)]
    approximate_arrival_timestamp: Option<Raw<'e>>,
}

of_raw!(Envelope: event_source, event_source_arn; within kinesis);
of_raw!(Inner: sequence_number, partition_key, data, approximate_arrival_timestamp);

impl Source for Kinesis {
    const NAME: &'static str = "Kinesis";
    const IDENTIFIER: &'static str = "kinesis.sequenceNumber";
    const REPORTING: Reporting = Reporting::Checkpoint;
    type Envelope<'e> = Envelope<'e>;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        alike_at(event, "Records")
    }

    fn foreign<'a>(envelope: &'a Envelope<'_>) -> Option<Cow<'a, str>> {
        foreign(envelope.event_source, "aws:kinesis")
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        identifier(envelope.inner()?.sequence_number)
    }

    fn lane<'a>(envelope: &'a Envelope<'_>) -> Lane<'a> {
        let key = envelope.inner().and_then(|inner| inner.partition_key);
        match key.and_then(Raw::string) {
            Some(key) => Lane::Key(key),
            None => Lane::Unknown,
        }
    }
}

impl Windowed for Kinesis {}

/// One Kinesis record, with its data decoded into `T`.
///
/// ```
/// use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     id: u64,
/// }
///
/// #[stream_handler]
/// async fn on_order(order: KinesisRecord<Json<Order>>) {
///     println!("{}: order {}", order.partition_key(), order.data().id);
/// }
/// ```
#[derive(Clone)]
pub struct KinesisRecord<T> {
    origin: Origin,
    sequence_number: Text,
    partition_key: Text,
    event_source_arn: Text,
    approximate_arrival_timestamp: Seconds,
    data: T,
}

impl<T> KinesisRecord<T> {
    /// Creates a record without an event, to call a record handler in a unit test.
    ///
    /// ```
    /// # use stream_handler::{Json, kinesis::KinesisRecord};
    /// let record = KinesisRecord::new(Json(7)).with_partition_key("customer-1");
    /// assert_eq!(record.partition_key(), "customer-1");
    /// ```
    pub fn new(data: T) -> Self {
        Self {
            origin: Origin::none(),
            sequence_number: Text::Missing,
            partition_key: Text::Missing,
            event_source_arn: Text::Missing,
            approximate_arrival_timestamp: Seconds::Missing,
            data,
        }
    }

    /// Creates a record of an event from its envelope, partition key and data.
    fn from_envelope(
        origin: Origin,
        envelope: &Envelope<'_>,
        partition_key: Text,
        data: T,
    ) -> Self {
        let inner = envelope.inner();
        let sequence_number = inner.and_then(|inner| inner.sequence_number);
        let arrival = inner.and_then(|inner| inner.approximate_arrival_timestamp);
        let event = origin.event();
        Self {
            sequence_number: Text::new(event, sequence_number),
            partition_key,
            event_source_arn: Text::new(event, envelope.event_source_arn),
            approximate_arrival_timestamp: Seconds::new(event, arrival),
            data,
            origin,
        }
    }

    /// Sets the partition key.
    #[must_use]
    pub fn with_partition_key(mut self, key: &str) -> Self {
        self.partition_key = Text::owned(key);
        self
    }

    /// Sets the sequence number.
    #[must_use]
    pub fn with_sequence_number(mut self, number: &str) -> Self {
        self.sequence_number = Text::owned(number);
        self
    }

    /// Sets the time of arrival.
    #[must_use]
    pub fn with_approximate_arrival_timestamp(mut self, time: SystemTime) -> Self {
        self.approximate_arrival_timestamp = Seconds::Known(time);
        self
    }

    /// The record's data.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// The record's data, owned.
    pub fn into_data(self) -> T {
        self.data
    }

    /// The key that determines the record's shard. Kinesis keeps the order of records with the same key.
    /// Empty if the event has none, which Kinesis never sends.
    #[must_use]
    pub fn partition_key(&self) -> &str {
        self.partition_key
            .get(self.origin.event())
            .unwrap_or_default()
    }

    /// The record's place in its shard: a decimal number of up to 129 digits. Compare two as
    /// numbers, not as strings. Empty if the event has none, which Kinesis never sends.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        self.sequence_number
            .get(self.origin.event())
            .unwrap_or_default()
    }

    /// The ARN of the stream or of the consumer.
    #[must_use]
    pub fn event_source_arn(&self) -> Option<&str> {
        self.event_source_arn.get(self.origin.event())
    }

    /// When the stream received the record, in milliseconds.
    #[must_use]
    pub fn approximate_arrival_timestamp(&self) -> Option<SystemTime> {
        self.approximate_arrival_timestamp.get(self.origin.event())
    }

    /// The shard of the record: `shardId-000000000006`. Parses the record's JSON on each call.
    #[must_use]
    pub fn shard_id(&self) -> Option<Cow<'_, str>> {
        shard_id(self.json())
    }

    /// The record's JSON, for fields that have no method. Empty for a record without an event.
    #[must_use]
    pub fn json(&self) -> &str {
        self.origin.json()
    }
}

/// The shard in a record's JSON, which is a part of its `eventID`.
fn shard_id(json: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Outer<'e> {
        #[serde(borrow, rename = "eventID")]
        event_id: Option<Cow<'e, str>>,
    }
    let outer: Outer<'_> = serde_json::from_str(json).ok()?;
    match outer.event_id? {
        Cow::Borrowed(id) => Some(Cow::Borrowed(id.split_once(':')?.0)),
        Cow::Owned(id) => Some(Cow::Owned(id.split_once(':')?.0.to_owned())),
    }
}

impl<T: Payload> Record for KinesisRecord<T> {
    type Source = Kinesis;

    fn decode(raw: RawRecord<'_, '_, Kinesis>) -> Result<Self, DecodeError> {
        let envelope = raw.envelope();
        let inner = envelope.required()?;
        let partition_key = Text::new(raw.event(), inner.partition_key);
        let data = T::decode(Data::base64(required(inner.data, "kinesis.data")?))?;
        Ok(Self::from_envelope(
            raw.origin(),
            envelope,
            partition_key,
            data,
        ))
    }
}

impl<T: fmt::Debug> fmt::Debug for KinesisRecord<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KinesisRecord")
            .field("sequence_number", &self.sequence_number())
            .field("partition_key", &self.partition_key())
            .field("event_source_arn", &self.event_source_arn())
            .field(
                "approximate_arrival_timestamp",
                &self.approximate_arrival_timestamp(),
            )
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}
