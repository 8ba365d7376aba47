//! Apache Kafka: Amazon MSK and self-managed clusters.
//!
//! Event shape: AWS Lambda Developer Guide, "Using Lambda with Amazon MSK" (`with-msk.html`) and
//! "Using Lambda with self-managed Apache Kafka" (`with-kafka.html`).

use std::{borrow::Cow, fmt, time::SystemTime};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

use crate::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
    event::{kind, shape},
    json::{Patterns, Reader, of_raw},
    source::{
        Lane, Report, Split,
        field::{Raw, Text, milliseconds, required},
    },
};

/// Kafka: each record that is not done is reported, by its partition and offset. A failed record
/// stops its partition, and the rest of the partition is reported with it, so that it keeps its
/// order: whether Lambda resumes a partition from the lowest offset or retries just what is named
/// makes no difference then.
///
/// Partial batch responses need an event source mapping in provisioned mode.
#[derive(Debug, Clone, Copy)]
pub enum Kafka {}

/// What is read of each record before it is decoded.
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
    /// The event's own name for the partition, of which the record plainly says to be.
    #[serde(skip)]
    known_partition: Option<&'e str>,
}

impl<'e> Envelope<'e> {
    /// Whether the record says that it is of this partition, in the plainest way.
    fn is_plainly_of(&self, topic_partition: &str) -> bool {
        let is_of = || {
            let topic = self.topic?.string()?;
            let partition = topic_partition.strip_prefix(&*topic)?.strip_prefix('-')?;
            Some(!topic.is_empty() && partition == self.partition?.get())
        };
        is_of() == Some(true)
    }

    /// `topic-partition`: what the event calls the partition.
    fn topic_partition(&self) -> Option<Cow<'e, str>> {
        if let Some(known) = self.known_partition {
            return Some(Cow::Borrowed(known));
        }
        let topic = self.topic?.string()?;
        let partition: i64 = integer(self.partition)?;
        (!topic.is_empty()).then(|| format!("{topic}-{partition}").into())
    }
}

fn integer<T: std::str::FromStr>(json: Option<Raw<'_>>) -> Option<T> {
    json?.get().parse().ok()
}

of_raw!(Envelope: topic, partition, offset, timestamp, key, value);

impl Source for Kafka {
    const NAME: &'static str = "Kafka";
    const IDENTIFIER: &'static str = "topic, partition and offset";
    const REPORT: Report = Report::EachUndone;
    type Envelope<'e> = Envelope<'e>;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        partitions(event)
            .map_err(|found| EventError::new("an object with partitions in `records`", found))
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        ItemIdentifier::offset(envelope.topic_partition()?, integer(envelope.offset)?)
    }

    fn lane<'a>(envelope: &'a Envelope<'_>) -> Lane<'a> {
        match envelope.topic_partition() {
            Some(partition) => Lane::Key(partition),
            None => Lane::Unknown,
        }
    }
}

/// The records of all partitions, in the order of the event; or what was found instead.
fn partitions(event: &Event) -> Result<Split<'_, Envelope<'_>>, String> {
    let otherwise = || shape(event.json());
    let mut reader = event.reader().ok_or_else(otherwise)?;
    let mut members = reader.members().ok_or_else(otherwise)?;
    let mut split = None;
    while let Some((name, value)) = members.next() {
        match &*name {
            "eventSource" => {
                let source = Raw::of(value.value()).string();
                let known = ["aws:kafka", "SelfManagedKafka"];
                if let Some(other) = source.filter(|source| !known.contains(&&**source)) {
                    return Err(format!("an event from `{other}`"));
                }
            }
            "records" if split.is_some() => return Err("an object with two `records`".to_owned()),
            "records" => split = Some(each_partition(value)?),
            _ => {
                value.value();
            }
        }
    }
    split.ok_or_else(otherwise)
}

/// The records of all partitions, one after another.
fn each_partition<'e>(reader: &mut Reader<'e>) -> Result<Split<'e, Envelope<'e>>, String> {
    let mut at = reader.clone();
    let Some(mut partitions) = reader.members() else {
        return Err(format!("an object whose `records` is {}", kind(at.value())));
    };
    let mut split = Split::new();
    let mut patterns = Patterns::<Envelope<'_>>::new();
    while let Some((partition, records)) = partitions.next() {
        let mut at = records.clone();
        let Some(mut records) = records.elements() else {
            let kind = kind(at.value());
            return Err(format!(
                "an object whose `records` has {kind} at `{partition}`"
            ));
        };
        while let Some(record) = records.next() {
            let (json, mut envelope) = patterns.read(record);
            if let Ok(envelope) = &mut envelope {
                match partition {
                    Cow::Borrowed(partition) if envelope.is_plainly_of(partition) => {
                        envelope.known_partition = Some(partition);
                    }
                    _ => check_partition(envelope, &partition)?,
                }
            }
            split.push((json, envelope));
        }
        if !records.is_at_end() {
            return Err(format!("records of `{partition}` that can't be read"));
        }
    }
    partitions
        .is_at_end()
        .then_some(split)
        .ok_or_else(|| "partitions that can't be read".to_owned())
}

/// Lambda knows a record by the event's name of its partition. Another name would stand for another
/// record, or for none.
fn check_partition(envelope: &Envelope<'_>, partition: &str) -> Result<(), String> {
    match envelope.topic_partition() {
        Some(other) if other != partition => Err(format!("a record of `{other}` in `{partition}`")),
        _ => Ok(()),
    }
}

/// One Kafka record, its value decoded into `T` and its key into `K`.
///
/// `()` for either is not read at all, which is the default for the key.
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
    event: Event,
    index: usize,
    topic: Text,
    partition: i32,
    offset: i64,
    timestamp: Option<SystemTime>,
    key: Option<K>,
    value: Option<T>,
}

impl<T, K> KafkaRecord<T, K> {
    /// A record that is part of no event, to call a handler with in a unit test.
    ///
    /// ```
    /// # use stream_handler::kafka::KafkaRecord;
    /// let record = KafkaRecord::<_>::new(Some("value")).with_topic("orders");
    /// assert_eq!((record.topic(), record.value()), ("orders", Some(&"value")));
    /// ```
    pub fn new(value: Option<T>) -> Self {
        Self {
            event: Event::from(String::new()),
            index: 0,
            topic: Text::Missing,
            partition: 0,
            offset: 0,
            timestamp: None,
            key: None,
            value,
        }
    }

    /// The record with another topic.
    #[must_use]
    pub fn with_topic(mut self, topic: &str) -> Self {
        self.topic = Text::owned(topic);
        self
    }

    /// The record at another place in its topic.
    #[must_use]
    pub fn with_offset(mut self, partition: i32, offset: i64) -> Self {
        self.partition = partition;
        self.offset = offset;
        self
    }

    /// The record with another key.
    #[must_use]
    pub fn with_key(mut self, key: K) -> Self {
        self.key = Some(key);
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
        self.topic.get(&self.event).unwrap_or_default()
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

    /// When the record was made or appended, as the topic is configured, to the millisecond.
    #[must_use]
    pub fn timestamp(&self) -> Option<SystemTime> {
        self.timestamp
    }

    /// The record's headers, in order; a name may come more than once. Read from the record's JSON
    /// when called.
    ///
    /// # Errors
    ///
    /// A header's value is not bytes.
    pub fn headers(&self) -> Result<Vec<Header>, DecodeError> {
        #[derive(Deserialize)]
        struct Outer {
            headers: Option<Vec<Headers>>,
        }
        let outer: Outer = serde_json::from_str(self.json())
            .map_err(|error| DecodeError::new("`headers` can't be read").because(error))?;
        let headers = outer.headers.unwrap_or_default().into_iter();
        Ok(headers.flat_map(|Headers(headers)| headers).collect())
    }

    /// The record's own JSON, with all that has no method here. The first call for an event finds
    /// that of all its records. Empty for a record that is part of no event.
    #[must_use]
    pub fn json(&self) -> &str {
        self.event.record::<Kafka>(self.index).unwrap_or_default()
    }
}

/// A header of a record: its name and its value.
pub type Header = (String, Vec<u8>);

/// `{"name": [1, -2, 200]}`.
struct Headers(Vec<Header>);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Vec<Header>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with an array of bytes for each header")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Header>, A::Error> {
                let mut headers = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Vec<i16>>()? {
                    let value = value.into_iter().map(byte).collect::<Option<_>>();
                    let value = value.ok_or_else(|| Error::custom("a header with no bytes"))?;
                    headers.push((name, value));
                }
                Ok(headers)
            }
        }

        deserializer.deserialize_map(Each).map(Self)
    }
}

/// Lambda writes bytes as signed numbers, and as unsigned ones: -36 is 220.
fn byte(number: i16) -> Option<u8> {
    (-128..=255)
        .contains(&number)
        .then(|| number.to_le_bytes()[0])
}

impl<T: Payload, K: Payload> Record for KafkaRecord<T, K> {
    type Source = Kafka;

    fn decode(raw: RawRecord<'_, '_, Kafka>) -> Result<Self, DecodeError> {
        let (event, envelope) = (raw.event(), raw.envelope());
        let number = |field: &str| DecodeError::new(format!("`{field}` is missing or no number"));
        Ok(Self {
            event: event.clone(),
            index: raw.index(),
            topic: Text::new(event, envelope.topic),
            partition: integer(envelope.partition).ok_or_else(|| number("partition"))?,
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
