//! What the logs tell of a batch.

use std::{error::Error, fmt};

use serde_json::Value;
use stream_handler::{
    BatchError, BatchResponse, Failure, dynamodb::DynamoDbRecord, kinesis::KinesisRecord,
    sqs::SqsMessage, stream_handler,
};
use stream_handler_tests::{
    Item, Source,
    events::{event, with},
    invocation,
    logs::{Line, Logs},
    reported,
};
use tracing::Level;

/// An error with another behind it.
#[derive(Debug)]
struct Layer(&'static str, Option<Box<Layer>>);

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Layer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

fn act(text: &str) -> Result<(), Failure> {
    match text {
        "chain" => {
            let root = Layer("connection refused", None);
            let middle = Layer("can't reach the table", Some(root.into()));
            Err(Layer("can't store the order", Some(middle.into())))?
        }
        "permanent" => Err(Failure::permanent("a negative amount")),
        "panic" => std::panic::panic_any("out of luck"),
        _ => Ok(()),
    }
}

#[stream_handler]
async fn on_kinesis(record: KinesisRecord<String>) -> Result<(), Failure> {
    act(record.data())
}

#[stream_handler]
async fn on_dynamodb(record: DynamoDbRecord<Item, ()>) -> Result<(), Failure> {
    match record.change() {
        stream_handler::dynamodb::Change::Insert { new } => act(&new.text),
        other => Err(Failure::permanent(format!("{other:?}"))),
    }
}

#[stream_handler]
async fn on_sqs(message: SqsMessage<String>) -> Result<(), Failure> {
    act(message.body())
}

async fn batch(source: Source, event: &Value) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => on_kinesis::batch(invocation(event)).await,
        Source::DynamoDb => on_dynamodb::batch(invocation(event)).await,
        Source::Sqs => on_sqs::batch(invocation(event)).await,
    }
}

/// Checks all of a line's fields.
fn assert_line(line: &Line, level: Level, fields: &[(&'static str, &str)]) {
    assert_eq!(line.level, level);
    let expected = fields
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    assert_eq!(line.fields, expected.collect());
}

fn done<'a>(source: Source, record: &'a str, identifier: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("message", "record processed"),
        ("source", source.name()),
        ("record", record),
        ("identifier", identifier),
    ]
}

#[tokio::test]
async fn a_batch_that_is_done() {
    for source in Source::ALL {
        let logs = Logs::capture();
        reported(batch(source, &source.event(&["a", "b"]))).await;
        let lines = logs.lines();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_line(&lines[0], Level::DEBUG, &done(source, "0", "1"));
        assert_line(&lines[1], Level::DEBUG, &done(source, "1", "2"));
        let counts = [
            ("message", "batch handled"),
            ("source", source.name()),
            ("records", "2"),
            ("processed", "2"),
            ("dead_lettered", "0"),
            ("failed", "0"),
            ("interrupted", "0"),
            ("not_started", "0"),
            ("reported", "0"),
        ];
        assert_line(&lines[2], Level::INFO, &counts);
    }
}

#[tokio::test]
async fn a_failure_and_everything_behind_it() {
    for source in Source::ALL {
        for (text, reason, permanent, error) in [
            (
                "chain",
                "Error",
                "false",
                "can't store the order: can't reach the table: connection refused",
            ),
            ("permanent", "Error", "true", "a negative amount"),
            (
                "panic",
                "Panic",
                "false",
                "the record handler panicked: out of luck",
            ),
        ] {
            let logs = Logs::capture();
            reported(batch(source, &source.event(&["a", text, "c"]))).await;
            let failed = logs.with("record failed");
            assert_eq!(failed.len(), 1, "{failed:?}");
            let fields = [
                ("message", "record failed"),
                ("source", source.name()),
                ("record", "1"),
                ("identifier", "2"),
                ("reason", reason),
                ("permanent", permanent),
                ("error", error),
            ];
            assert_line(&failed[0], Level::ERROR, &fields);

            let (all_done, not_started) = if source.is_stream() {
                ("1", "1")
            } else {
                ("2", "0")
            };
            let counts = [
                ("message", "batch handled"),
                ("source", source.name()),
                ("records", "3"),
                ("processed", all_done),
                ("dead_lettered", "0"),
                ("failed", "1"),
                ("interrupted", "0"),
                ("not_started", not_started),
                ("reported", "1"),
            ];
            assert_line(&logs.with("batch handled")[0], Level::INFO, &counts);
            // One line for each record that was started, one for the batch.
            let started = if source.is_stream() { 2 } else { 3 };
            assert_eq!(logs.lines().len(), started + 1);
        }
    }
}

#[tokio::test]
async fn a_record_without_an_identifier() {
    for source in Source::ALL {
        let logs = Logs::capture();
        let nameless = with(source.record("1", "a"), source.identifier(), Value::Null);
        reported(batch(source, &event([nameless]))).await;
        let field = source.identifier()[1..].replace('/', ".");
        let identity = format!("(no `{field}`)");
        assert_line(
            &logs.lines()[0],
            Level::DEBUG,
            &done(source, "0", &identity),
        );
    }
}

#[tokio::test]
async fn an_empty_batch() {
    let logs = Logs::capture();
    reported(batch(Source::Kinesis, &event([]))).await;
    let lines = logs.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].fields["records"], "0");
}

#[tokio::test]
async fn good_payloads_are_not_logged() {
    for source in Source::ALL {
        let logs = Logs::capture();
        reported(batch(source, &source.event(&["a secret", "panic"]))).await;
        let text = format!("{:?}", logs.lines());
        assert!(!text.contains("secret"), "{text}");
    }
}
