//! Apache Kafka: Amazon MSK and self-managed clusters.
//!
//! **Partial batch responses need an event source mapping in provisioned mode.** Without it Lambda
//! ignores the response: see [`KafkaRecord`].
//!
//! In the AWS Lambda Developer Guide: [Amazon MSK], [self-managed Apache Kafka], [error handling].
//!
//! [Amazon MSK]: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
//! [self-managed Apache Kafka]: https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html
//! [error handling]: https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html

use std::{borrow::Cow, fmt, time::SystemTime};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
    event::Origin,
    json::{Cursor, Stop, kind, of_raw},
    source::{
        Lane, Reporting, Split,
        field::{Raw, Text, milliseconds, required},
        split::{alike, read_event},
    },
};

/// Apache Kafka as an event source. The response names every unprocessed record by its partition and
/// offset.
///
/// After a failure the other records of its partition are not started and are reported with it.
/// Their order is kept whether Lambda then resumes the partition at its lowest reported offset or
/// retries the reported records alone.
///
/// **Lambda reads partial batch responses only if the event source mapping is in provisioned mode.**
/// Without it every response counts as a success, and the records that it reports are lost. AWS:
/// [Configuring error handling controls for Kafka event
/// sources](https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html).
#[derive(Debug, Clone, Copy)]
pub enum Kafka {}

/// The fields of a record that are read before it is decoded.
#[derive(Debug, Clone, Deserialize)]
pub struct Envelope<'e> {
    #[serde(borrow)]
    topic: Option<Raw<'e>>,
    #[serde(borrow)]
    partition: Option<Raw<'e>>,
    #[serde(borrow)]
    offset: Option<Raw<'e>>,
    #[serde(borrow)]
    timestamp: Option<Raw<'e>>,
    #[serde(borrow)]
    key: Option<Raw<'e>>,
    #[serde(borrow)]
    value: Option<Raw<'e>>,
    /// The partition's key in the event's `records`: `orders-0`. A response must use this name,
    /// whatever topic and partition the record has.
    #[serde(skip)]
    partition_name: Option<Cow<'e, str>>,
}

impl Envelope<'_> {
    fn partition_name(&self) -> Option<Cow<'_, str>> {
        if let Some(name) = &self.partition_name {
            return Some(Cow::Borrowed(name));
        }
        // A record made without an event: build the name that an event would have for its partition.
        let topic = self.topic?.string()?;
        let partition: i32 = integer(self.partition)?;
        Some(format!("{topic}-{partition}").into())
    }
}

fn integer<T: std::str::FromStr>(json: Option<Raw<'_>>) -> Option<T> {
    json?.get().parse().ok()
}

of_raw!(Envelope: topic, partition, offset, timestamp, key, value);

impl Source for Kafka {
    const NAME: &'static str = "Kafka";
    const IDENTIFIER: &'static str = "topic, partition and offset";
    const REPORTING: Reporting = Reporting::EachUnprocessed;
    type Envelope<'e> = Envelope<'e>;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        read_event(
            event,
            || "an object with partitions in `records`".to_owned(),
            |cursor| {
                let mut split = None;
                cursor.object(|name, value| match name.as_deref() {
                    Some("eventSource") => check_source(value.raw()?),
                    Some("records") if split.is_some() => {
                        Err(Stop::Found("an object with two `records`".to_owned()))
                    }
                    Some("records") => read_partitions(event, value, split.insert(Split::new())),
                    _ => value.pass(),
                })?;
                split.ok_or(Stop::Here)
            },
        )
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        ItemIdentifier::offset(envelope.partition_name()?, integer(envelope.offset)?)
    }

    fn lane<'a>(envelope: &'a Envelope<'_>) -> Lane<'a> {
        match envelope.partition_name() {
            Some(partition) => Lane::Key(partition),
            None => Lane::Unknown,
        }
    }
}

fn check_source(name: Raw<'_>) -> Result<(), Stop> {
    const OWN: [&str; 3] = ["aws:kafka", "SelfManagedKafka", "aws:SelfManagedKafka"];
    match name.string() {
        Some(other) if !OWN.contains(&&*other) => {
            Err(Stop::Found(format!("an event from `{other}`")))
        }
        _ => Ok(()),
    }
}

/// Reads the records of all partitions, one after another.
fn read_partitions<'e>(
    event: &Event,
    cursor: &mut Cursor<'e>,
    split: &mut Split<'e, Envelope<'e>>,
) -> Result<(), Stop> {
    if cursor.peek() != Some(b'{') {
        let kind = kind(cursor.raw()?.get());
        return Err(Stop::Found(format!("an object whose `records` is {kind}")));
    }
    let mut read = alike::<Envelope<'e>>(event);
    cursor.object(|name, records| {
        if records.peek() != Some(b'[') {
            let kind = kind(records.raw()?.get());
            let name = name.unwrap_or_default();
            let found = format!("an object whose `records` has {kind} at `{name}`");
            return Err(Stop::Found(found));
        }
        split.array(records, |cursor: &mut Cursor<'e>| {
            let (json, mut envelope) = read(cursor)?;
            if let Ok(envelope) = &mut envelope {
                // A record whose partition has no name can't be reported.
                envelope.partition_name = Some(name.clone().unwrap_or_default());
            }
            Ok((json, envelope))
        })
    })
}

/// One Kafka record, with its value decoded into `T` and its key into `K`.
///
/// A value or key of type `()` is not read. That is the default for the key.
///
/// **The event source mapping must be in [provisioned mode] and have `ReportBatchItemFailures`.**
/// Otherwise Lambda ignores the response and treats the batch as processed: failed records are lost.
/// [What to do without provisioned mode](crate::docs::redelivery#the-settings-that-lose-records).
///
/// [provisioned mode]: https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
///
/// ```
/// use stream_handler::{Json, kafka::KafkaRecord, stream_handler};
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     id: u64,
/// }
///
/// #[stream_handler]
/// async fn on_order(order: KafkaRecord<Json<Order>, String>) {
///     match order.value() {
///         Some(value) => println!("{:?}: order {}", order.key(), value.id),
///         None => println!("{:?} is deleted", order.key()),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct KafkaRecord<T, K = ()> {
    origin: Origin,
    topic: Text,
    partition: i32,
    offset: i64,
    timestamp: Option<SystemTime>,
    key: Option<K>,
    value: Option<T>,
}

impl<T, K> KafkaRecord<T, K> {
    /// Creates a record without an event, to call a record handler in a unit test.
    ///
    /// ```
    /// # use stream_handler::kafka::KafkaRecord;
    /// let record = KafkaRecord::<_>::new(Some("value")).with_topic("orders");
    /// assert_eq!((record.topic(), record.value()), ("orders", Some(&"value")));
    /// ```
    pub fn new(value: Option<T>) -> Self {
        Self {
            origin: Origin::none(),
            topic: Text::Missing,
            partition: 0,
            offset: 0,
            timestamp: None,
            key: None,
            value,
        }
    }

    /// Sets the topic.
    #[must_use]
    pub fn with_topic(mut self, topic: &str) -> Self {
        self.topic = Text::owned(topic);
        self
    }

    /// Sets the partition and the offset.
    #[must_use]
    pub fn with_offset(mut self, partition: i32, offset: i64) -> Self {
        self.partition = partition;
        self.offset = offset;
        self
    }

    /// Sets the key.
    #[must_use]
    pub fn with_key(mut self, key: K) -> Self {
        self.key = Some(key);
        self
    }

    /// Adds a header.
    ///
    /// ```
    /// # use stream_handler::kafka::KafkaRecord;
    /// let record = KafkaRecord::<_>::new(Some("value")).with_header("trace", b"1");
    /// assert_eq!(record.headers()?[0].value()?, Some(&b"1"[..]));
    /// # Ok::<(), stream_handler::DecodeError>(())
    /// ```
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &[u8]) -> Self {
        let mut json: Map<String, Value> = serde_json::from_str(self.json()).unwrap_or_default();
        let headers = json.entry("headers").or_insert_with(|| json!([]));
        if let Value::Array(headers) = headers {
            headers.push(json!({ name: value }));
        }
        // The topic may be a range of the JSON that is about to be replaced.
        self.topic = Text::owned(self.topic());
        self.origin = Origin::alone(Value::Object(json).to_string());
        self
    }

    /// The record's value. `None` for a tombstone: the key is deleted.
    pub fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The record's value, owned. `None` for a tombstone: the key is deleted.
    pub fn into_value(self) -> Option<T> {
        self.value
    }

    /// The record's key; not every record has one.
    pub fn key(&self) -> Option<&K> {
        self.key.as_ref()
    }

    /// The topic.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.topic.get(self.origin.event()).unwrap_or_default()
    }

    /// The number of the partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// The record's place in the partition.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// When the record was created or appended, depending on the topic's configuration, in
    /// milliseconds.
    #[must_use]
    pub fn timestamp(&self) -> Option<SystemTime> {
        self.timestamp
    }

    /// The record's headers in their order. Several may have the same name. Parses the record's JSON
    /// on each call.
    ///
    /// # Errors
    ///
    /// `headers` is not an array of objects. A header whose value can't be read does not hide the
    /// others: see [`Header::value`].
    pub fn headers(&self) -> Result<Vec<Header>, DecodeError> {
        let mut headers = Vec::new();
        let Some(json) = Raw::of(self.json()).member("headers") else {
            return Ok(headers);
        };
        let mut cursor = Cursor::new(json.get());
        // Lambda writes `[{"name": [1, -2, 200]}, …]`.
        let walked = cursor.array(|header| {
            header.object(|name, value| {
                headers.push(Header {
                    name: name.ok_or(Stop::Here)?.into_owned(),
                    value: bytes(value.raw()?),
                });
                Ok(())
            })
        });
        match walked {
            Err(_) if json.get() != "null" => Err(DecodeError::new(
                "`headers` is not an array of objects, each with the name of a header",
            )),
            _ => Ok(headers),
        }
    }

    /// The record's JSON, for fields that have no method. Empty for a record without an event.
    #[must_use]
    pub fn json(&self) -> &str {
        self.origin.json()
    }
}

/// A header of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    name: String,
    /// The bytes, or the kind of JSON value that the event has instead.
    value: Result<Option<Vec<u8>>, &'static str>,
}

impl Header {
    /// The header's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The header's value; `None` if it is null, which Kafka allows.
    ///
    /// # Errors
    ///
    /// The value in the event is neither null nor an array of bytes.
    pub fn value(&self) -> Result<Option<&[u8]>, DecodeError> {
        match &self.value {
            Ok(bytes) => Ok(bytes.as_deref()),
            Err(found) => Err(DecodeError::new(format!(
                "the header `{}` is {found}, not an array of bytes",
                self.name
            ))),
        }
    }
}

/// Bytes as Lambda writes them: as signed or unsigned numbers, so -36 and 220 are the same byte.
fn bytes(json: Raw<'_>) -> Result<Option<Vec<u8>>, &'static str> {
    let byte = |number: i16| {
        (-128..=255)
            .contains(&number)
            .then(|| number.to_le_bytes()[0])
    };
    match serde_json::from_str::<Option<Vec<i16>>>(json.get()) {
        Ok(None) => Ok(None),
        Ok(Some(numbers)) => {
            let bytes = numbers.into_iter().map(byte).collect::<Option<_>>();
            bytes.map(Some).ok_or("an array with other numbers")
        }
        Err(_) => Err(match kind(json.get()) {
            "an array" => "an array with other values",
            other => other,
        }),
    }
}

impl<T: Payload, K: Payload> Record for KafkaRecord<T, K> {
    type Source = Kafka;

    fn decode(raw: RawRecord<'_, '_, Kafka>) -> Result<Self, DecodeError> {
        let (event, envelope) = (raw.event(), raw.envelope());
        let number = |field: &str| {
            DecodeError::new(format!("`{field}` is missing or not an integer that fits"))
        };
        let name = envelope.partition_name();
        // If the topic or partition is missing, take it from the partition's name.
        let (topic, partition) = name
            .as_deref()
            .and_then(|name| name.rsplit_once('-'))
            .unzip();
        let topic = match (envelope.topic, topic) {
            (None, Some(topic)) => Text::owned(topic),
            (topic, _) => Text::new(event, topic),
        };
        let partition = match (envelope.partition, partition) {
            (None, Some(partition)) => partition.parse().ok(),
            (partition, _) => integer(partition),
        };
        Ok(Self {
            origin: raw.origin(),
            topic,
            partition: partition.ok_or_else(|| number("partition"))?,
            offset: integer(envelope.offset).ok_or_else(|| number("offset"))?,
            timestamp: milliseconds(envelope.timestamp),
            key: nullable(envelope.key, "key")?,
            value: nullable(envelope.value, "value")?,
        })
    }
}

fn nullable<P: Payload>(
    json: Option<Raw<'_>>,
    field: &'static str,
) -> Result<Option<P>, DecodeError> {
    let Some(json) = json else {
        return Ok(None);
    };
    let data = required(Some(json), field)?;
    P::decode(Data::base64(data))
        .map(Some)
        .map_err(|error| DecodeError::new(format!("`{field}`")).because(error))
}

impl<T: fmt::Debug, K: fmt::Debug> fmt::Debug for KafkaRecord<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaRecord")
            .field("topic", &self.topic())
            .field("partition", &self.partition)
            .field("offset", &self.offset)
            .field("timestamp", &self.timestamp)
            .field("key", &self.key)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}
