//! `observer`: what it is told, and that it changes nothing.

use std::{cell::Cell, cell::RefCell, time::Duration};

use serde_json::Value;
use stream_handler::{
    BatchError, BatchResponse, BatchSummary, DeadLetter, Ending, Failure, ItemIdentifier,
    ObservedRecord, Observer,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Item, Source,
    events::{event, sqs, without},
    failure, invocation, invocation_within,
    logs::Logs,
    panics::quiet,
    reported,
};
use tokio::time::sleep;

thread_local! {
    /// What the tests' observer was told; each test has a thread of its own.
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// Which of its methods panics.
    static PANICS: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// All that it was told so far.
fn told() -> Vec<String> {
    TOLD.take()
}

struct Recorder;

static RECORDER: Recorder = Recorder;

impl Recorder {
    fn note(method: &'static str, what: impl std::fmt::Display) {
        TOLD.with_borrow_mut(|told| told.push(format!("{method} {what}")));
        assert_ne!(PANICS.get(), Some(method), "provoked by an observer");
    }
}

impl Observer for Recorder {
    fn started(&self, record: &ObservedRecord<'_>) {
        let identifier = record.identifier();
        let identifier = identifier.map_or("-".to_owned(), |identifier| identifier.to_string());
        Self::note("started", format_args!("{} {identifier}", record.index()));
    }

    fn finished(&self, record: &ObservedRecord<'_>, ending: &Ending<'_>, _elapsed: Duration) {
        let ending = match ending {
            Ending::Processed => "done".to_owned(),
            Ending::DeadLettered(failure) => format!("dead-lettered: {failure}"),
            Ending::Failed(failure) => format!("failed: {:?}: {failure}", failure.reason()),
            Ending::Interrupted => "interrupted".to_owned(),
            _ => "?".to_owned(),
        };
        Self::note("finished", format_args!("{} {ending}", record.index()));
    }

    fn reported(&self, identifier: &ItemIdentifier) {
        Self::note("reported", identifier);
    }

    fn batch_finished(&self, batch: &BatchSummary) {
        let BatchSummary {
            source,
            records,
            processed,
            dead_lettered,
            failed,
            ..
        } = batch;
        let BatchSummary {
            interrupted,
            not_started,
            reported,
            ..
        } = batch;
        let all = [processed, dead_lettered, failed, interrupted, not_started];
        assert_eq!(all.into_iter().sum::<usize>(), *records);
        Self::note(
            "batch_finished",
            format_args!("{source} {all:?} {reported:?}"),
        );
    }
}

async fn act(text: &str) -> Result<(), Failure> {
    match text {
        "bad" => Err("a bad record".into()),
        "permanent" => Err(Failure::permanent("bad for good")),
        "panic" => panic!("provoked"),
        "slow" => {
            sleep(Duration::from_secs(60)).await;
            Ok(())
        }
        _ => Ok(()),
    }
}

#[stream_handler(observer = RECORDER, dead_letter = take)]
async fn on_kinesis(record: KinesisRecord<String>) -> Result<(), Failure> {
    act(record.data()).await
}

#[stream_handler(observer = crate::batch::observer::RECORDER, dead_letter = take)]
async fn on_dynamodb(record: DynamoDbRecord<Item, ()>) -> Result<(), Failure> {
    match record.into_change() {
        Change::Insert { new } => act(&new.text).await,
        other => panic!("not an insert: {other:?}"),
    }
}

#[stream_handler(observer = RECORDER, dead_letter = take)]
async fn on_sqs(message: SqsMessage<String>) -> Result<(), Failure> {
    act(message.body()).await
}

async fn take(_letter: DeadLetter) {}

async fn batch(source: Source, event: &Value) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => on_kinesis::batch(invocation(event)).await,
        Source::DynamoDb => on_dynamodb::batch(invocation(event)).await,
        Source::Sqs => on_sqs::batch(invocation(event)).await,
    }
}

#[tokio::test]
async fn it_is_told_of_each_record_and_of_the_batch() {
    quiet();
    let texts = ["good", "permanent", "bad", "panic"];
    for source in Source::ALL {
        assert!(
            !reported(batch(source, &source.event(&texts)))
                .await
                .is_empty()
        );
        let mut expected = vec![
            "started 0 1",
            "finished 0 done",
            "started 1 2",
            "finished 1 dead-lettered: bad for good",
            "started 2 3",
            "finished 2 failed: Error: a bad record",
        ];
        let summary = if source.is_stream() {
            expected.push("reported 3");
            format!("batch_finished {} [1, 1, 1, 0, 1] Some(1)", source.name())
        } else {
            expected.push("started 3 4");
            expected.push("finished 3 failed: Panic: the record handler panicked: provoked");
            expected.extend(["reported 3", "reported 4"]);
            "batch_finished SQS [1, 1, 2, 0, 0] Some(2)".to_owned()
        };
        expected.push(&summary);
        assert_eq!(told(), expected, "{source:?}");
    }
}

#[tokio::test]
async fn it_is_told_of_what_can_not_be_decoded_or_reported() {
    let records = [
        without(sqs("1", ""), "/body"),
        without(sqs("", "bad"), "/messageId"),
    ];
    failure(batch(Source::Sqs, &event(records))).await;
    assert_eq!(
        told(),
        [
            "started 0 1",
            "finished 0 failed: Undecodable: `body` is missing",
            "started 1 -",
            "finished 1 failed: Error: a bad record",
            "batch_finished SQS [0, 0, 2, 0, 0] None",
        ]
    );
    assert!(reported(batch(Source::Sqs, &event([]))).await.is_empty());
    assert_eq!(told(), ["batch_finished SQS [0, 0, 0, 0, 0] Some(0)"]);
}

#[tokio::test(start_paused = true)]
async fn it_is_told_what_the_deadline_cut_off() {
    #[stream_handler(observer = RECORDER, concurrency = 2)]
    async fn at_once(message: SqsMessage<String>) -> Result<(), Failure> {
        act(message.body()).await
    }

    let event = Source::Sqs.event(&["slow", "slow", "good"]);
    let ten_seconds = Duration::from_secs(10);
    let response = reported(on_sqs::batch(invocation_within(&event, ten_seconds)));
    assert_eq!(response.await, ["1", "2", "3"]);
    let summary = "batch_finished SQS [0, 0, 0, 1, 2] Some(3)";
    let reports = ["reported 1", "reported 2", "reported 3"];
    assert_eq!(
        told(),
        [
            &["started 0 1", "finished 0 interrupted"][..],
            &reports,
            &[summary]
        ]
        .concat()
    );

    let response = reported(at_once::batch(invocation_within(&event, ten_seconds)));
    assert_eq!(response.await, ["1", "2", "3"]);
    let summary = "batch_finished SQS [0, 0, 0, 2, 1] Some(3)";
    let records = [
        "started 0 1",
        "started 1 2",
        "finished 0 interrupted",
        "finished 1 interrupted",
    ];
    assert_eq!(told(), [&records[..], &reports, &[summary]].concat());
}

/// Also those that fail at once: each start has its end.
#[tokio::test(start_paused = true)]
async fn each_start_has_one_end() {
    #[stream_handler(observer = RECORDER, concurrency = 8)]
    async fn at_once(record: KinesisRecord<String>) -> Result<(), Failure> {
        act(record.data()).await
    }

    let mut event = Source::Kinesis.event(&["good", "slow", "bad", "slow", "good"]);
    for (position, lane) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        event["Records"][position]["kinesis"]["partitionKey"] = lane.into();
    }
    let event = invocation_within(&event, Duration::from_secs(10));
    assert_eq!(reported(at_once::batch(event)).await, ["2"]);
    assert_eq!(
        told(),
        [
            "started 0 1",
            "finished 0 done",
            "started 1 2",
            "started 2 3",
            "finished 2 failed: Error: a bad record",
            "finished 1 interrupted",
            "reported 2",
            "batch_finished Kinesis [1, 0, 1, 1, 2] Some(1)",
        ]
    );
}

#[tokio::test]
async fn its_panic_changes_nothing() {
    quiet();
    for source in Source::ALL {
        let event = source.event(&["good", "permanent", "bad", "good"]);
        let expected = reported(batch(source, &event)).await;
        let undisturbed = told();
        for method in ["started", "finished", "reported", "batch_finished"] {
            PANICS.set(Some(method));
            let logs = Logs::capture();
            assert_eq!(
                reported(batch(source, &event)).await,
                expected,
                "{source:?} {method}"
            );
            PANICS.set(None);
            // Nor does it keep it from being told of all else.
            assert_eq!(told(), undisturbed, "{source:?} {method}");
            let calls = undisturbed
                .iter()
                .filter(|call| call.split(' ').next() == Some(method));
            let panics = logs.with("the observer panicked");
            assert_eq!(panics.len(), calls.count(), "{source:?} {method}");
            assert!(panics[0].fields["panic"].contains("provoked by an observer"));
        }
    }
}
