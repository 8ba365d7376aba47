//! The handlers that events are given to. Each compares its record with what the judge expects.

#![allow(
    clippy::needless_pass_by_value,
    reason = "a handler takes its record by value"
)]

use std::{
    cell::{Cell, RefCell},
    fmt::Debug,
};

use stream_handler::{
    Batch, BatchError, BatchResponse, Context, DeadLetter, Event, LambdaEvent,
    dynamodb::DynamoDbRecord,
    firehose::{FirehoseRecord, Transformed},
    kafka::{Header, KafkaRecord},
    kinesis::KinesisRecord,
    s3_batch::S3BatchTask,
    sqs::SqsMessage,
    stream_handler,
};

use super::{
    case::Failures,
    judge::{Expected, Fields, Item, NAMES, Opinion, Seen},
    source::Source,
};

/// Compares what handlers are called with. It is for one invocation.
#[derive(Debug)]
pub(super) struct Probe<'a> {
    records: &'a [Expected<'a>],
    /// Which record each call is for.
    calls: &'a [usize],
    failures: Failures,
    called: Cell<usize>,
    /// The first thing that is not as expected.
    difference: RefCell<Option<String>>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(records: &'a [Expected<'a>], calls: &'a [usize], failures: Failures) -> Self {
        Self {
            records,
            calls,
            failures,
            called: Cell::new(0),
            difference: RefCell::new(None),
        }
    }

    /// How many calls there were.
    pub(super) fn called(&self) -> usize {
        self.called.get()
    }

    /// What was not as expected.
    pub(super) fn difference(&self) -> Option<String> {
        self.difference.borrow().clone()
    }

    fn differs(&self, what: impl FnOnce() -> String) {
        let mut difference = self.difference.borrow_mut();
        if difference.is_none() {
            *difference = Some(what());
        }
    }

    /// The record that the next call must be for, and whether the call is to fail.
    fn call(&self) -> (Option<&'a Expected<'a>>, Result<(), String>) {
        let call = self.called.replace(self.called.get() + 1);
        let expected = self.calls.get(call).map(|&index| &self.records[index]);
        if expected.is_none() {
            self.differs(|| format!("call {call} is one too many"));
        }
        let result = if self.failures.fails(call) {
            Err("no luck".to_owned())
        } else {
            Ok(())
        };
        (expected, result)
    }

    fn same<T: PartialEq<U> + Debug, U: Debug>(&self, what: &str, found: T, expected: U) {
        if found != expected {
            self.differs(|| {
                let call = self.called() - 1;
                let record = self.calls.get(call).copied().unwrap_or_default();
                format!("record {record}: {what} is {found:?}, and should be {expected:?}")
            });
        }
    }

    /// Compares like the method above, if the judge settles the value.
    fn agrees<T: PartialEq<U> + Debug, U: Debug>(
        &self,
        what: &str,
        found: T,
        expected: Opinion<U>,
    ) {
        if let Ok(expected) = expected {
            self.same(what, found, expected);
        }
    }

    /// A call of a handler.
    fn record(
        &self,
        json: Option<&str>,
        compare: impl FnOnce(&Fields<'a>) -> Option<()>,
    ) -> Result<(), String> {
        let (expected, result) = self.call();
        if let Some(expected) = expected {
            if let Some(json) = json {
                self.same("json", json, expected.json);
            }
            match &expected.fields {
                None => self.differs(|| format!("can't be decoded, and is: {}", expected.json)),
                Some(fields) => match compare(fields) {
                    Some(()) => {}
                    None => self.differs(|| "a record of another source".to_owned()),
                },
            }
        }
        result
    }
}

/// Receives records that can't be decoded, so that the records after it are read as well.
fn undecodable(letter: DeadLetter, probe: &Probe<'_>) -> Result<(), String> {
    let (expected, result) = probe.call();
    if let Some(expected) = expected {
        if expected.fields.is_some() {
            probe.differs(|| format!("{letter:?} can be decoded: {}", expected.json));
        }
        probe.same("the letter's record", letter.record(), expected.json);
        probe.same("attempts", letter.attempts(), expected.attempts);
        let found = letter.identifier().map(ToString::to_string);
        let identifier = expected.identifier.as_ref();
        let identifier = identifier.map(|identifier| identifier.display().into_owned());
        probe.same("the letter's identifier", found, identifier);
    }
    result
}

#[allow(clippy::unused_async, reason = "a dead-letter function is async")]
async fn dead_letter(letter: DeadLetter, probe: &Probe<'_>) -> Result<(), String> {
    undecodable(letter, probe)
}

#[stream_handler(undecodable = "permanent", dead_letter = dead_letter)]
fn kinesis(record: KinesisRecord<Vec<u8>>, probe: &Probe<'_>) -> Result<(), String> {
    probe.record(Some(record.json()), |fields| {
        let Fields::Kinesis(expected) = fields else {
            return None;
        };
        probe.same("data", record.data(), &expected.data);
        let sequence_number = record.sequence_number();
        probe.same(
            "sequence_number",
            sequence_number,
            &*expected.sequence_number,
        );
        probe.same(
            "partition_key",
            record.partition_key(),
            &*expected.partition_key,
        );
        let arn = expected.event_source_arn.as_deref();
        probe.same("event_source_arn", record.event_source_arn(), arn);
        let arrival = record.approximate_arrival_timestamp();
        probe.same(
            "approximate_arrival_timestamp",
            arrival,
            expected.approximate_arrival_timestamp,
        );
        let shard = expected.shard_id.as_ref().map_err(|none| *none);
        let shard = shard.map(Option::as_deref);
        probe.agrees("shard_id", record.shard_id().as_deref(), shard);
        Some(())
    })
}

#[stream_handler(undecodable = "permanent", dead_letter = dead_letter)]
fn dynamodb(record: DynamoDbRecord<Option<Item>>, probe: &Probe<'_>) -> Result<(), String> {
    probe.record(Some(record.json()), |fields| {
        let Fields::DynamoDb(expected) = fields else {
            return None;
        };
        let sequence_number = record.sequence_number();
        probe.same(
            "sequence_number",
            sequence_number,
            &*expected.sequence_number,
        );
        let arn = expected.event_source_arn.as_deref();
        probe.same("event_source_arn", record.event_source_arn(), arn);
        probe.same(
            "table_name",
            record.table_name(),
            expected.table_name.as_deref(),
        );
        let creation = record.approximate_creation_date_time();
        probe.same(
            "approximate_creation_date_time",
            creation,
            expected.approximate_creation_date_time,
        );
        probe.same(
            "is_ttl_deletion",
            record.is_ttl_deletion(),
            expected.is_ttl_deletion,
        );
        if let Some(seen) = &expected.seen {
            probe.same("change", record.change(), &seen.change);
            probe.same("keys", record.keys().ok().as_ref(), seen.keys.as_ref());
        }
        Some(())
    })
}

/// What a handler sees of a record that is alone.
#[derive(Debug, Default)]
pub(super) struct Capture(RefCell<Option<Seen>>);

#[stream_handler]
fn dynamodb_alone(record: DynamoDbRecord<Option<Item>>, capture: &Capture) {
    *capture.0.borrow_mut() = Some(Seen {
        keys: record.keys().ok(),
        change: record.into_change(),
    });
}

#[stream_handler(undecodable = "permanent", dead_letter = dead_letter)]
fn sqs(message: SqsMessage<String>, probe: &Probe<'_>) -> Result<(), String> {
    probe.record(Some(message.json()), |fields| {
        let Fields::Sqs(expected) = fields else {
            return None;
        };
        probe.same("body", message.body(), &*expected.body);
        probe.same("message_id", message.message_id(), &*expected.message_id);
        let arn = expected.event_source_arn.as_deref();
        probe.same("event_source_arn", message.event_source_arn(), arn);
        let sender = message.attribute("SenderId").ok().flatten();
        probe.same("attribute", &sender, &expected.sender_id);
        probe.same("sent", message.sent_timestamp(), expected.sent);
        let group = message.message_group_id();
        probe.same("message_group_id", &group, &expected.message_group_id);
        let handle = expected.receipt_handle.as_ref().map_err(|none| *none);
        probe.agrees("receipt_handle", &message.receipt_handle(), handle);
        for (name, attribute) in NAMES.iter().zip(&expected.message_attributes) {
            let attribute = attribute.as_ref().map_err(|none| *none);
            let found = message.message_attribute(name).ok().flatten();
            probe.agrees(name, &found, attribute);
        }
        Some(())
    })
}

#[stream_handler(undecodable = "permanent", dead_letter = dead_letter)]
fn kafka(record: KafkaRecord<Vec<u8>, Vec<u8>>, probe: &Probe<'_>) -> Result<(), String> {
    probe.record(Some(record.json()), |fields| {
        let Fields::Kafka(expected) = fields else {
            return None;
        };
        let topic = expected.topic.as_deref().map_err(|none| *none);
        probe.agrees("topic", record.topic(), topic);
        probe.same("partition", record.partition(), expected.partition);
        probe.same("offset", record.offset(), expected.offset);
        probe.same("timestamp", record.timestamp(), expected.timestamp);
        probe.same("key", record.key(), expected.key.as_ref());
        probe.same("value", record.value(), expected.value.as_ref());
        let value = |header: &Header| Some(header.value().ok()??.to_vec());
        let headers: Option<Vec<_>> = record.headers().ok().and_then(|headers| {
            let headers = headers.iter();
            headers
                .map(|header| Some((header.name().to_owned(), value(header)?)))
                .collect()
        });
        probe.same("headers", headers.as_ref(), expected.headers.as_ref());
        let value = record.clone().into_value();
        probe.same("into_value", value.as_ref(), expected.value.as_ref());
        Some(())
    })
}

#[stream_handler(undecodable = "permanent", dead_letter = dead_letter)]
fn firehose(record: FirehoseRecord<Vec<u8>>, probe: &Probe<'_>) -> Result<Transformed, String> {
    probe.record(Some(record.json()), |fields| {
        let Fields::Firehose(expected) = fields else {
            return None;
        };
        probe.same("data", record.data(), &expected.data);
        probe.same("record_id", record.record_id(), &*expected.record_id);
        let arrival = record.approximate_arrival_timestamp();
        probe.same(
            "approximate_arrival_timestamp",
            arrival,
            expected.approximate_arrival_timestamp,
        );
        Some(())
    })?;
    Ok(Transformed::data(record.into_data()))
}

#[stream_handler(undecodable = "permanent", dead_letter = dead_letter)]
fn s3_batch(task: S3BatchTask, probe: &Probe<'_>) -> Result<(), String> {
    probe.record(None, |fields| {
        let Fields::S3Batch(expected) = fields else {
            return None;
        };
        probe.same("bucket", task.bucket(), &*expected.bucket);
        probe.same("key", task.key(), &*expected.key);
        probe.same(
            "version_id",
            task.version_id(),
            expected.version_id.as_deref(),
        );
        Some(())
    })
}

fn invocation<R>(event: Event) -> LambdaEvent<Batch<R>> {
    LambdaEvent::new(Batch::from(event), Context::default())
}

/// Hands an event to the handler of its source.
pub(super) async fn invoke(
    source: Source,
    event: Event,
    probe: &Probe<'_>,
) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => kinesis::batch(invocation(event), probe).await,
        Source::DynamoDb => dynamodb::batch(invocation(event), probe).await,
        Source::Sqs | Source::Fifo => sqs::batch(invocation(event), probe).await,
        Source::Kafka => kafka::batch(invocation(event), probe).await,
        Source::Firehose => firehose::batch(invocation(event), probe).await,
        Source::S3Batch => s3_batch::batch(invocation(event), probe).await,
    }
}

/// What the handler sees of the one record of an event; `None` if it can't be decoded.
pub(super) async fn see_alone(event: Event) -> Option<Seen> {
    let capture = Capture::default();
    // A record that can't be decoded may have no identifier, so that the invocation fails.
    let _ = dynamodb_alone::batch(invocation(event), &capture).await;
    capture.0.into_inner()
}
