//! Records of a batch are read by what those before them were like. A record alone in its event has
//! none before it, so it tells how each must be read.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "a handler takes its record by value, and is usually async"
)]

use std::{collections::BTreeMap, convert::Infallible};

use proptest::{prelude::*, sample::select, test_runner::RngSeed};
use serde_json::Value;
use stream_handler::{
    BatchError, BatchResponse, DeadLetter, dynamodb::DynamoDbRecord, kafka::KafkaRecord,
    kinesis::KinesisRecord, sqs::SqsMessage, stream_handler,
};
use stream_handler_tests::{Calls, invocation};

type Item = BTreeMap<String, Value>;

/// All that can't be read goes here, so that the others of the batch are read as well.
async fn unread(letter: DeadLetter, calls: &Calls) -> Result<(), Infallible> {
    calls.add(format!("{letter:?} {}", letter.record()));
    Ok(())
}

#[stream_handler(undecodable = "permanent", dead_letter = unread)]
async fn on_kinesis(record: KinesisRecord<String>, calls: &Calls) {
    calls.add(format!("{record:?} {}", record.json()));
}

#[stream_handler(undecodable = "permanent", dead_letter = unread)]
async fn on_dynamodb(record: DynamoDbRecord<Option<Item>>, calls: &Calls) {
    calls.add(format!(
        "{record:?} {} {:?}",
        record.json(),
        record.keys::<Item>()
    ));
}

#[stream_handler(undecodable = "permanent", dead_letter = unread)]
async fn on_sqs(message: SqsMessage<String>, calls: &Calls) {
    let receive_count = message.approximate_receive_count();
    calls.add(format!("{message:?} {} {receive_count:?}", message.json()));
}

#[stream_handler(undecodable = "permanent", dead_letter = unread)]
async fn on_kafka(record: KafkaRecord<String, String>, calls: &Calls) {
    calls.add(format!(
        "{record:?} {} {:?}",
        record.json(),
        record.headers()
    ));
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Kinesis,
    DynamoDb,
    Sqs,
    Kafka,
}

/// A field: its key, and values that it may have in JSON, the usual ones first. An empty one stands
/// for a field that is not there.
type Field = (&'static str, &'static [&'static str]);

impl Source {
    /// The fields of a record, and those of the object in it, which is last.
    #[allow(clippy::too_many_lines, reason = "a table")]
    fn fields(self) -> (&'static [Field], Option<&'static str>, &'static [Field]) {
        match self {
            Self::Kinesis => (
                &[
                    ("eventID", &[r#""shardId-1:1""#, r#""shardId-1:2""#, "5"]),
                    (
                        "eventSource",
                        &[r#""aws:kinesis""#, r#""aws\u003akinesis""#, "", "null"],
                    ),
                    ("eventSourceARN", &[r#""arn""#, r#""ar\"n""#, "null", ""]),
                    ("new", &["", r#"[{"a":"}\""}]"#, "true"]),
                ],
                Some("kinesis"),
                &[
                    (
                        "partitionKey",
                        &[r#""a""#, r#""b""#, r#""\\""#, "5", "null", ""],
                    ),
                    ("sequenceNumber", &[r#""1""#, r#""22""#, r#""3\/3""#]),
                    (
                        "data",
                        &[
                            r#""YQ==""#,
                            r#""YmI=""#,
                            r#""Y\u0051==""#,
                            r#""!""#,
                            "null",
                            "5",
                            "",
                        ],
                    ),
                    (
                        "approximateArrivalTimestamp",
                        &["1.5", "17", "null", r#""1""#, "-1e3"],
                    ),
                ],
            ),
            Self::DynamoDb => (
                &[
                    (
                        "eventName",
                        &[r#""MODIFY""#, r#""INSERT""#, r#""REMOVE""#, "7", ""],
                    ),
                    (
                        "userIdentity",
                        &[
                            "",
                            "null",
                            r#"{"type":"Service","principalId":"dynamodb.amazonaws.com"}"#,
                        ],
                    ),
                    ("eventSourceARN", &[r#""arn:x:table/t/stream/1""#, "null"]),
                ],
                Some("dynamodb"),
                &[
                    ("SequenceNumber", &[r#""1""#, r#""2""#, r#""33""#]),
                    ("ApproximateCreationDateTime", &["17", "18", "null", ""]),
                    (
                        "Keys",
                        &[r#"{"id":{"N":"1"}}"#, r#"{"id":{"S":"a"}}"#, "{}", "[]", ""],
                    ),
                    (
                        "NewImage",
                        &[
                            r#"{"id":{"N":"1"},"t":{"S":"}"}}"#,
                            r#"{"id":{"N":"2"}}"#,
                            "null",
                            "5",
                            "",
                        ],
                    ),
                    (
                        "OldImage",
                        &[
                            r#"{"id":{"N":"1"}}"#,
                            r#"{"x":{"S":"\""}}"#,
                            "null",
                            r#""""#,
                            "",
                        ],
                    ),
                ],
            ),
            Self::Sqs => (
                &[
                    ("messageId", &[r#""1""#, r#""22""#, r#""3\u0033""#]),
                    ("receiptHandle", &[r#""a""#, r#""b""#, "null"]),
                    (
                        "body",
                        &[
                            r#""text""#,
                            r#""\"text\"\n""#,
                            r#""\ud83d\ude00""#,
                            r#""\ud83d""#,
                            "{}",
                            "null",
                            "",
                        ],
                    ),
                    (
                        "messageAttributes",
                        &["{}", r#"{"a":{"stringValue":"b"}}"#, "null"],
                    ),
                    ("eventSourceARN", &[r#""arn""#, r#""arn.fifo""#, "null"]),
                ],
                Some("attributes"),
                &[
                    (
                        "ApproximateReceiveCount",
                        &[r#""1""#, r#""2""#, "1", "null", ""],
                    ),
                    ("MessageGroupId", &["", r#""a""#, r#""b""#, "{}"]),
                    ("SentTimestamp", &[r#""1""#, r#""23""#]),
                ],
            ),
            Self::Kafka => (
                &[
                    ("topic", &[r#""t""#, r#""\u0074""#]),
                    ("partition", &["0"]),
                    ("offset", &["1", "2", "33", "-1"]),
                    ("timestamp", &["17", "18", "null", r#""""#]),
                    ("key", &[r#""YQ==""#, "null", r#""YmI=""#, ""]),
                    (
                        "value",
                        &[r#""YQ==""#, "null", r#""YmI=""#, r#""!""#, "[]", ""],
                    ),
                    ("headers", &["[]", r#"[{"h":[1,-2]}]"#, "null", r#""]""#]),
                ],
                None,
                &[],
            ),
        }
    }

    fn event(self, records: &[String]) -> String {
        let records = records.join(",");
        match self {
            Self::Kafka => format!(r#"{{"records":{{"t-0":[{records}]}}}}"#),
            _ => format!(r#"{{"Records":[{records}]}}"#),
        }
    }

    fn handle(self, records: &[String]) -> (Vec<String>, Result<BatchResponse, BatchError>) {
        let (event, calls) = (self.event(records), Calls::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let response = runtime.expect("a runtime").block_on(async {
            match self {
                Self::Kinesis => on_kinesis::batch(invocation(&event), &calls).await,
                Self::DynamoDb => on_dynamodb::batch(invocation(&event), &calls).await,
                Self::Sqs => on_sqs::batch(invocation(&event), &calls).await,
                Self::Kafka => on_kafka::batch(invocation(&event), &calls).await,
            }
        });
        (calls.all(), response)
    }
}

/// The members of an object, most of them with the usual values.
fn members(fields: &'static [Field]) -> impl Strategy<Value = Vec<String>> {
    let each: Vec<_> = fields
        .iter()
        .map(|(key, values)| {
            let usual = select(&values[..values.len().min(2)]);
            prop_oneof![6 => usual, 1 => select(*values)].prop_map(move |value| match value {
                "" => String::new(),
                value => format!("\"{key}\":{value}"),
            })
        })
        .collect();
    let odd = prop_oneof![
        12 => Just(0_usize),
        1 => Just(1),
        1 => Just(2),
        1 => Just(3),
    ];
    (each, odd).prop_map(|(mut members, odd)| {
        match odd {
            1 => members.reverse(),
            2 => members[0] = format!(" {}\n", members[0]).replacen(':', " : ", 1),
            3 => members.push(members[0].clone()),
            _ => {}
        }
        members.retain(|member| !member.trim().is_empty());
        members
    })
}

fn record(source: Source) -> impl Strategy<Value = String> {
    let (outer, name, inner) = source.fields();
    let inner = match name {
        Some(_) => members(inner).boxed(),
        None => Just(Vec::new()).boxed(),
    };
    let odd = prop_oneof![
        15 => Just(None),
        2 => select(&["null", "5", "[]", r#"{"a":1}"#, "{}", "{ }"][..]).prop_map(Some),
    ];
    (members(outer), inner, odd).prop_map(move |(mut outer, inner, odd)| {
        if let Some(name) = name {
            let inner = odd.map_or_else(|| format!("{{{}}}", inner.join(",")), str::to_owned);
            outer.push(format!("\"{name}\":{inner}"));
        }
        format!("{{{}}}", outer.join(","))
    })
}

fn records() -> impl Strategy<Value = (Source, Vec<String>)> {
    select(vec![
        Source::Kinesis,
        Source::DynamoDb,
        Source::Sqs,
        Source::Kafka,
    ])
    .prop_flat_map(|source| {
        (
            Just(source),
            proptest::collection::vec(record(source), 1..12),
        )
    })
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_261_124),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_record_is_read_as_if_it_were_alone((source, records) in records()) {
        let (together, response) = source.handle(&records);
        prop_assert!(response.is_ok(), "{response:?}");
        let mut alone = Vec::new();
        for record in &records {
            let (calls, response) = source.handle(std::slice::from_ref(record));
            prop_assert!(response.is_ok(), "{response:?}");
            alone.extend(calls);
        }
        prop_assert_eq!(together, alone);
    }
}

/// Nothing that is known of the objects within the first two tells what is in the third.
#[test]
fn objects_without_anything_known() {
    for (source, records) in [
        (
            Source::DynamoDb,
            [
                r#"{"eventName":"INSERT","dynamodb":{}}"#,
                r#"{"eventName":"INSERT","dynamodb":{"SizeBytes":1}}"#,
                r#"{"eventName":"INSERT","dynamodb":{"SequenceNumber":"3","NewImage":{"a":{"S":"x"}}}}"#,
            ],
        ),
        (
            Source::Kinesis,
            [
                r#"{"kinesis":{}}"#,
                r#"{"kinesis":{"new":1}}"#,
                r#"{"kinesis":{"sequenceNumber":"3","data":"YQ=="}}"#,
            ],
        ),
        (
            Source::Kinesis,
            [
                r#"{"kinesis":{}}"#,
                r#"{"kinesis":{ }}"#,
                r#"{"kinesis":[]}"#,
            ],
        ),
    ] {
        let records = records.map(str::to_owned);
        let alone = |record| source.handle(std::slice::from_ref(record)).0;
        let expected: Vec<_> = records.iter().flat_map(alone).collect();
        assert_eq!(source.handle(&records).0, expected);
    }
}
