//! Kafka records.

use std::{borrow::Cow, time::SystemTime};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Expected, Fields, Identifier, Lane, NoOpinion, Opinion,
    read::{Pairs, bytes, milliseconds, object, text},
};

/// The names of the source.
const SOURCES: &[&str] = &["aws:kafka", "SelfManagedKafka", "aws:SelfManagedKafka"];

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow)]
    topic: Option<&'a RawValue>,
    #[serde(borrow)]
    partition: Option<&'a RawValue>,
    #[serde(borrow)]
    offset: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

#[derive(Debug)]
pub(in super::super) struct Kafka<'a> {
    pub(in super::super) topic: Opinion<Cow<'a, str>>,
    pub(in super::super) partition: i32,
    pub(in super::super) offset: i64,
    pub(in super::super) timestamp: Option<SystemTime>,
    pub(in super::super) key: Option<Vec<u8>>,
    pub(in super::super) value: Option<Vec<u8>>,
    /// `None` if they can't be read.
    pub(in super::super) headers: Option<Vec<(String, Vec<u8>)>>,
}

pub(super) fn is_foreign(event_source: &RawValue) -> bool {
    text(event_source).is_some_and(|source| !SOURCES.contains(&&*source))
}

/// The records of all partitions.
pub(super) fn partitions<'a>(
    json: &'a RawValue,
    may_be_refused: &mut bool,
) -> Result<Vec<Expected<'a>>, &'static str> {
    let Pairs(partitions) =
        serde_json::from_str(json.get()).map_err(|_| "partitions that are not an object")?;
    let mut all = Vec::new();
    for (key, records) in partitions {
        let name = text(key);
        *may_be_refused |= name.is_none();
        let name = name.unwrap_or_default();
        let records: Vec<&RawValue> =
            serde_json::from_str(records.get()).map_err(|_| "a partition that is not an array")?;
        let records = records.into_iter();
        all.extend(records.map(|json| record(json.get(), &name)));
    }
    Ok(all)
}

fn integer<T: std::str::FromStr>(json: Option<&RawValue>) -> Option<T> {
    json?.get().parse().ok()
}

/// A record. Its key in `records` alone is what identifies and orders it, whatever its own topic and
/// partition say.
fn record<'a>(json: &'a str, key: &Cow<'a, str>) -> Expected<'a> {
    let Some(outer) = object::<Outer<'_>>(json) else {
        return Expected::unreadable(json);
    };
    let offset = integer(outer.offset);
    let name = Some(key.clone()).filter(|name| !name.is_empty());
    Expected {
        json,
        identifier: name
            .zip(offset)
            .map(|(name, offset)| Identifier::Offset(name, offset)),
        lane: Lane::Key(key.clone()),
        is_readable: true,
        attempts: None,
        fields: fields(json, &outer, key),
    }
}

fn fields<'a>(json: &str, outer: &Outer<'a>, key: &str) -> Option<Fields<'a>> {
    let derived = key
        .rsplit_once('-')
        .and_then(|(topic, partition)| Some((topic, partition.parse::<i32>().ok()?)));
    let topic = match outer.topic.map(text) {
        Some(Some(topic)) => Ok(topic),
        // There, and not a string.
        Some(None) => Err(NoOpinion),
        None => derived
            .map(|(topic, _)| Cow::Owned(topic.to_owned()))
            .ok_or(NoOpinion),
    };
    let partition = match outer.partition {
        Some(_) => integer(outer.partition)?,
        None => derived?.1,
    };
    let payload = |json: Option<&RawValue>| match json {
        None => Some(None),
        json => bytes(json).map(Some),
    };
    Some(Fields::Kafka(Kafka {
        topic,
        partition,
        offset: integer(outer.offset)?,
        timestamp: milliseconds(outer.timestamp),
        key: payload(outer.key)?,
        value: payload(outer.value)?,
        headers: headers(json),
    }))
}

/// The headers of a record: `[{"name": [1, -2, 200]}]`.
fn headers(json: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let Pairs(fields) = serde_json::from_str(json).ok()?;
    let mut fields = fields.into_iter().rev();
    let Some((_, json)) = fields.find(|(name, _)| text(name).as_deref() == Some("headers")) else {
        return Some(Vec::new());
    };
    let pairs: Option<Vec<Pairs<'_>>> = serde_json::from_str(json.get()).ok()?;
    let pairs = pairs.into_iter().flatten();
    let each = pairs.flat_map(|Pairs(pairs)| pairs).map(|(name, value)| {
        let numbers: Vec<i16> = serde_json::from_str(value.get()).ok()?;
        let byte = |number: i16| {
            let signed = i8::try_from(number).map(i8::cast_unsigned);
            signed.or_else(|_| u8::try_from(number)).ok()
        };
        let bytes: Option<Vec<u8>> = numbers.into_iter().map(byte).collect();
        Some((text(name)?.into_owned(), bytes?))
    });
    each.collect()
}

/// Whether the order of a record can't be told for sure: one that can't be read may belong to its
/// partition or to any, and one without a name too.
pub(super) fn order_is_open(records: &[Expected<'_>]) -> bool {
    let is_open =
        |record: &Expected<'_>| !record.is_readable || record.lane == Lane::Key(Cow::Borrowed(""));
    records.iter().any(is_open)
}
