//! The single records in aggregates of the Kinesis Producer Library.

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use serde::{Deserialize, Deserializer};

use super::{
    Envelope, Kinesis, KinesisRecord,
    aggregate::{Aggregate, has_magic, may_be_aggregate},
    shard_id,
};
use crate::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
    source::{
        Lane, Reporting, Split, Windowed,
        field::{Text, required},
    },
};

/// Kinesis Data Streams whose producers may aggregate records, as the Kinesis Producer Library
/// does: many *user records* in one Kinesis record. The source of [`UserRecord`].
#[derive(Debug, Clone, Copy)]
pub enum KinesisAggregated {}

/// The fields of a user record that are read before it is decoded.
#[derive(Debug)]
pub struct UserEnvelope<'e> {
    record: Arc<Envelope<'e>>,
    part: Part,
}

#[derive(Debug)]
enum Part {
    /// The Kinesis record is not an aggregate.
    Whole,
    /// The record of this number in the aggregate.
    Of(Arc<Aggregate>, u32),
    /// The Kinesis record is a corrupt aggregate.
    Corrupt(String),
}

impl<'de: 'e, 'e> Deserialize<'de> for UserEnvelope<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Envelope::deserialize(deserializer).map(Self::whole)
    }
}

impl<'e> UserEnvelope<'e> {
    fn whole(record: Envelope<'e>) -> Self {
        Self {
            record: Arc::new(record),
            part: Part::Whole,
        }
    }

    fn part(&self, part: Part) -> Self {
        Self {
            record: Arc::clone(&self.record),
            part,
        }
    }
}

impl Source for KinesisAggregated {
    const NAME: &'static str = Kinesis::NAME;
    const IDENTIFIER: &'static str = Kinesis::IDENTIFIER;
    const REPORTING: Reporting = Kinesis::REPORTING;
    type Envelope<'e> = UserEnvelope<'e>;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, UserEnvelope<'_>>, EventError> {
        Ok(Kinesis::split(event)?.map(UserEnvelope::whole))
    }

    fn foreign<'a>(envelope: &'a UserEnvelope<'_>) -> Option<Cow<'a, str>> {
        Kinesis::foreign(&envelope.record)
    }

    fn unpack<'e>(envelope: &Self::Envelope<'e>) -> Option<Vec<Self::Envelope<'e>>> {
        let base64 = envelope.record.inner()?.data?.string()?;
        if !may_be_aggregate(&base64) {
            return None;
        }
        // `decode` reports data that are not base64.
        let data = Data::base64(base64).into_bytes().ok()?;
        if !has_magic(&data) {
            return None;
        }
        Some(match Aggregate::read(data) {
            Ok(aggregate) => {
                let aggregate = Arc::new(aggregate);
                (0..aggregate.len())
                    .map(|number| envelope.part(Part::Of(Arc::clone(&aggregate), number)))
                    .collect()
            }
            Err(corrupt) => vec![envelope.part(Part::Corrupt(corrupt.to_string()))],
        })
    }

    fn identifier(envelope: &UserEnvelope<'_>) -> Option<ItemIdentifier> {
        Kinesis::identifier(&envelope.record)
    }

    fn lane<'a>(envelope: &'a UserEnvelope<'_>) -> Lane<'a> {
        match &envelope.part {
            Part::Whole => Kinesis::lane(&envelope.record),
            Part::Of(aggregate, number) => Lane::Key(aggregate.partition_key(*number).into()),
            // The user records of a corrupt aggregate may have had any partition key.
            Part::Corrupt(_) => Lane::Unknown,
        }
    }
}

impl Windowed for KinesisAggregated {}

/// One *user record*, with its data decoded into `T`: what a producer gave the Kinesis Producer
/// Library (KPL), which aggregates several user records into one Kinesis record. A Kinesis record
/// that is not aggregated counts as one user record.
///
/// ```
/// use stream_handler::{Json, kinesis::UserRecord, stream_handler};
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     id: u64,
/// }
///
/// #[stream_handler]
/// async fn on_order(order: UserRecord<Json<Order>>) {
///     println!("{}: order {}", order.partition_key(), order.data().id);
/// }
/// ```
///
/// The record handler is called for each user record, in the order of the aggregate. With
/// `concurrency`, user records with the same partition key stay in order. (Each user record has its
/// own partition key.)
///
/// # The checkpoint is the Kinesis record
///
/// Lambda does not know about aggregates. When a user record fails, the Kinesis record that contains it
/// is the checkpoint. The user records before it in the aggregate are then delivered **again**,
/// although they are processed: make the work idempotent, for instance by
/// [`sequence_number`](Self::sequence_number) and
/// [`sub_sequence_number`](Self::sub_sequence_number).
///
/// When Lambda discards the Kinesis record (`MaximumRetryAttempts`, `MaximumRecordAgeInSeconds`), it
/// discards the user records behind the failed one as well, although they were never tried. Bisecting
/// can't split an aggregate. With a `dead_letter` function, the failed user record counts as processed
/// when that function succeeds, and the other user records are handled. The dead letter contains the JSON
/// of the whole Kinesis record.
///
/// # Corrupt aggregates
///
/// Data that begin with the KPL's magic number and are not a valid aggregate (a wrong MD5, truncated
/// protobuf, a key that is not in the table) are one undecodable record. None of its user records
/// reaches the record handler. An aggregate without user records, which the KPL never sends, is
/// processed without a call.
///
/// # Resharding
///
/// While a stream is resharded, the KPL may send a user record a second time, because the first
/// attempt reached a shard that does not own its hash key. The Kinesis Client Library knows the shard's
/// range of hash keys and drops the first copy. A Lambda function doesn't know that range and gets both.
///
/// AWS: Kinesis Data Streams Developer Guide, "KPL key concepts" and [Implement consumer
/// de-aggregation](https://docs.aws.amazon.com/streams/latest/dev/kinesis-kpl-consumer-deaggregation.html).
#[derive(Clone)]
pub struct UserRecord<T> {
    record: KinesisRecord<T>,
    explicit_hash_key: Option<Box<str>>,
    /// `None` for a Kinesis record that is not aggregated.
    number: Option<u32>,
}

impl<T> UserRecord<T> {
    /// Creates a record that is not aggregated, to call a record handler in a unit test.
    ///
    /// ```
    /// # use stream_handler::{Json, kinesis::{KinesisRecord, UserRecord}};
    /// let record = UserRecord::new(KinesisRecord::new(Json(7)).with_partition_key("customer-1"));
    /// assert_eq!(record.partition_key(), "customer-1");
    /// assert!(!record.is_aggregated());
    /// ```
    pub fn new(record: KinesisRecord<T>) -> Self {
        Self {
            record,
            explicit_hash_key: None,
            number: None,
        }
    }

    /// Makes the record part of an aggregate, at this position.
    #[must_use]
    pub fn with_sub_sequence_number(mut self, number: u32) -> Self {
        self.number = Some(number);
        self
    }

    /// Sets the explicit hash key.
    #[must_use]
    pub fn with_explicit_hash_key(mut self, key: &str) -> Self {
        self.explicit_hash_key = Some(key.into());
        self
    }

    /// The record's data.
    pub fn data(&self) -> &T {
        self.record.data()
    }

    /// The record's data, owned.
    pub fn into_data(self) -> T {
        self.record.into_data()
    }

    /// The user record's own partition key.
    #[must_use]
    pub fn partition_key(&self) -> &str {
        self.record.partition_key()
    }

    /// The explicit hash key: it determines the shard instead of the partition key's hash. A decimal number
    /// of 128 bits. Only aggregated records have it.
    #[must_use]
    pub fn explicit_hash_key(&self) -> Option<&str> {
        self.explicit_hash_key.as_deref()
    }

    /// The sequence number of the Kinesis record, which all user records of an aggregate share.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        self.record.sequence_number()
    }

    /// The record's position in its aggregate, from 0. 0 for a record that is not aggregated.
    #[must_use]
    pub fn sub_sequence_number(&self) -> u32 {
        self.number.unwrap_or_default()
    }

    /// Whether the record was aggregated.
    #[must_use]
    pub fn is_aggregated(&self) -> bool {
        self.number.is_some()
    }

    /// The ARN of the stream or of the consumer.
    #[must_use]
    pub fn event_source_arn(&self) -> Option<&str> {
        self.record.event_source_arn()
    }

    /// When the stream received the Kinesis record, to the millisecond.
    #[must_use]
    pub fn approximate_arrival_timestamp(&self) -> Option<SystemTime> {
        self.record.approximate_arrival_timestamp()
    }

    /// The shard of the record: `shardId-000000000006`. Parses the Kinesis record's JSON on each call.
    #[must_use]
    pub fn shard_id(&self) -> Option<Cow<'_, str>> {
        shard_id(self.json())
    }

    /// The JSON of the Kinesis record, with the whole aggregate. Empty for a record without an event.
    #[must_use]
    pub fn json(&self) -> &str {
        self.record.json()
    }
}

// Keeps the list of record types in error messages short.
#[diagnostic::do_not_recommend]
impl<T: Payload> Record for UserRecord<T> {
    type Source = KinesisAggregated;

    fn decode(raw: RawRecord<'_, '_, KinesisAggregated>) -> Result<Self, DecodeError> {
        let UserEnvelope { record, part } = raw.envelope();
        let parent = |partition_key, data| {
            KinesisRecord::from_envelope(raw.origin(), record, partition_key, data)
        };
        match part {
            Part::Whole => {
                let inner = record.required()?;
                let partition_key = Text::new(raw.event(), inner.partition_key);
                let data = required(inner.data, "kinesis.data")?;
                let data = T::decode(Data::base64(data))?;
                Ok(Self::new(parent(partition_key, data)))
            }
            Part::Of(aggregate, number) => {
                let partition_key = Text::owned(aggregate.partition_key(*number));
                let data = T::decode(Data::bytes(aggregate.data(*number)))?;
                Ok(Self {
                    record: parent(partition_key, data),
                    explicit_hash_key: aggregate.explicit_hash_key(*number).map(Box::from),
                    number: Some(*number),
                })
            }
            Part::Corrupt(why) => Err(DecodeError::new(format!(
                "`kinesis.data` is a corrupt aggregate: {why}"
            ))),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for UserRecord<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRecord")
            .field("record", &self.record)
            .field("explicit_hash_key", &self.explicit_hash_key)
            .field("sub_sequence_number", &self.number)
            .finish()
    }
}
