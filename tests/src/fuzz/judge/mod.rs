//! The judge: what a handler must see of an event, and what must come of it, read by plain
//! `serde_json`, each record alone.

mod dynamodb;
mod firehose;
mod kafka;
mod kinesis;
mod read;
mod response;
mod s3_batch;
mod sqs;

use std::{borrow::Cow, collections::HashSet};

use serde_json::value::RawValue;

use self::read::{Pairs, text};
pub(super) use self::{
    dynamodb::{DynamoDb, Item, Seen, by_serde_dynamo, model},
    firehose::Firehose,
    kafka::Kafka,
    kinesis::Kinesis,
    read::{NoOpinion, Opinion},
    response::check as check_response,
    s3_batch::S3Batch,
    sqs::{NAMES, Sqs},
};
use super::{case::Failures, source::Source};

/// What identifies a record in a response.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Identifier<'a> {
    Text(Cow<'a, str>),
    Offset(Cow<'a, str>, i64),
}

impl<'a> Identifier<'a> {
    fn text(json: Option<&'a RawValue>) -> Option<Self> {
        let text = text(json?)?;
        (!text.is_empty()).then_some(Self::Text(text))
    }

    /// As the runtime displays it.
    pub(super) fn display(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Offset(partition, offset) => Cow::Owned(format!("{partition}@{offset}")),
        }
    }
}

/// Which records a record must stay in order with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Lane<'a> {
    Free,
    Key(Cow<'a, str>),
    Unknown,
}

/// What is in a record, for a handler to see.
#[derive(Debug)]
pub(super) enum Fields<'a> {
    Kinesis(Kinesis<'a>),
    DynamoDb(Box<DynamoDb<'a>>),
    Sqs(Sqs<'a>),
    Kafka(Kafka<'a>),
    Firehose(Firehose<'a>),
    S3Batch(S3Batch<'a>),
}

/// A record as the judge reads it.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    pub(super) json: &'a str,
    pub(super) identifier: Option<Identifier<'a>>,
    lane: Lane<'a>,
    /// Whether its envelope can be read.
    is_readable: bool,
    /// How often it was delivered, if it says so.
    pub(super) attempts: Option<u32>,
    /// `None` for a record that can't be decoded.
    pub(super) fields: Option<Fields<'a>>,
}

impl<'a> Expected<'a> {
    /// A record whose envelope can't be read.
    fn unreadable(json: &'a str) -> Self {
        Self {
            json,
            identifier: None,
            lane: Lane::Unknown,
            is_readable: false,
            attempts: None,
            fields: None,
        }
    }
}

/// The expected result of an event.
#[derive(Debug)]
pub(super) enum Verdict<'a> {
    /// The invocation fails, and no handler is called.
    Refused(&'static str),
    Records {
        records: Vec<Expected<'a>>,
        /// Whether the invocation may fail all the same: what the event means is not settled.
        may_be_refused: bool,
    },
}

/// Reads an event.
pub(super) fn judge(source: Source, event: &str) -> Verdict<'_> {
    let mut may_be_refused = false;
    match records(source, event, &mut may_be_refused) {
        Ok(records) => Verdict::Records {
            records,
            may_be_refused,
        },
        Err(reason) => Verdict::Refused(reason),
    }
}

fn records<'a>(
    source: Source,
    event: &'a str,
    may_be_refused: &mut bool,
) -> Result<Vec<Expected<'a>>, &'static str> {
    let Pairs(members) = serde_json::from_str(event).map_err(|_| "not an object")?;
    let mut records = None;
    for (key, value) in members {
        let Some(key) = text(key) else {
            // A lone surrogate: no text at all, so not the key that is looked for.
            *may_be_refused = true;
            continue;
        };
        if source == Source::Kafka && key == "eventSource" && kafka::is_foreign(value) {
            return Err("an event of another source");
        }
        if key == source.key() && records.replace(value).is_some() {
            return Err("two arrays of records");
        }
    }
    let records = records.ok_or("no records")?;
    if source == Source::Kafka {
        return kafka::partitions(records, may_be_refused);
    }
    let records: Vec<&RawValue> =
        serde_json::from_str(records.get()).map_err(|_| "records that are not an array")?;
    let record = match source {
        Source::Kinesis => kinesis::record,
        Source::DynamoDb => dynamodb::record,
        Source::Sqs | Source::Fifo => sqs::record,
        Source::Firehose => firehose::record,
        Source::S3Batch => s3_batch::record,
        Source::Kafka => return Err("read above"),
    };
    let each = records.into_iter().map(|json| match record(json.get()) {
        Ok(record) => Ok(record.unwrap_or_else(|| Expected::unreadable(json.get()))),
        Err(Foreign) => Err("a record of another source"),
    });
    each.collect()
}

/// A record says that it is from another source.
struct Foreign;

/// Checks the `eventSource` of a record. One that can't be read is nobody's.
fn own(event_source: Option<&RawValue>, own: &str) -> Result<(), Foreign> {
    match event_source.and_then(text) {
        Some(name) if name != own => Err(Foreign),
        _ => Ok(()),
    }
}

/// What a handler without concurrency does with the records of a batch.
#[derive(Debug)]
pub(super) struct Course {
    /// The records that the handler or the dead-letter function is called with, in order.
    pub(super) calls: Vec<usize>,
    /// Of each record, whether it is processed; whether by the dead-letter function, its fields
    /// say.
    pub(super) processed: Vec<bool>,
}

/// Simulates a batch: one record after another, until failures stop a lane or all.
pub(super) fn play(source: Source, records: &[Expected<'_>], failures: Failures) -> Course {
    let is_stream = matches!(source, Source::Kinesis | Source::DynamoDb);
    let any_lane = records
        .iter()
        .any(|record| record.is_readable && record.lane != Lane::Free);
    let mut stopped = HashSet::new();
    let mut any_failed = false;
    let mut course = Course {
        calls: Vec::with_capacity(records.len()),
        processed: vec![false; records.len()],
    };
    for (index, record) in records.iter().enumerate() {
        let lane = match record.lane {
            Lane::Unknown if !record.is_readable && !any_lane => &Lane::Free,
            _ => &record.lane,
        };
        if any_failed && *lane == Lane::Unknown {
            break;
        }
        if any_failed && stopped.contains(lane) {
            continue;
        }
        course.calls.push(index);
        course.processed[index] = !failures.fails(course.calls.len() - 1);
        if course.processed[index] {
            continue;
        }
        any_failed = true;
        if is_stream || *lane == Lane::Unknown {
            break;
        }
        if let Lane::Key(_) = lane {
            stopped.insert(lane);
        }
    }
    course
}

/// Whether what a failure does to this batch is not settled.
pub(super) fn order_is_open(source: Source, records: &[Expected<'_>]) -> bool {
    source == Source::Kafka && kafka::order_is_open(records)
}
