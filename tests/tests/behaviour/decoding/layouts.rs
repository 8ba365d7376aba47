//! A record is decoded as if it were alone in its event, though the runtime remembers the layout of
//! the records before it. The fuzzer compares the two on random records; here are cases that it is
//! unlikely to make.

use std::{collections::BTreeMap, convert::Infallible};

use serde_json::Value;
use stream_handler::{
    DeadLetter, dynamodb::DynamoDbRecord, kinesis::KinesisRecord, stream_handler,
};
use stream_handler_tests::{Calls, Source, invocation, reported};

type Item = BTreeMap<String, Value>;

/// Takes every undecodable record, so that the records after it are decoded as well.
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

/// What the handler and the dead-letter function were called with.
async fn handle(source: Source, records: &[&str]) -> Vec<String> {
    let (event, calls) = (
        format!(r#"{{"Records":[{}]}}"#, records.join(",")),
        Calls::default(),
    );
    let failures = match source {
        Source::Kinesis => reported(on_kinesis::batch(invocation(&event), &calls)).await,
        _ => reported(on_dynamodb::batch(invocation(&event), &calls)).await,
    };
    assert!(failures.is_empty(), "{failures:?}");
    calls.all()
}

/// Nothing that is known of the objects within the first two tells what is in the third.
#[tokio::test]
async fn objects_without_anything_known() {
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
        let mut expected = Vec::new();
        for record in records {
            expected.extend(handle(source, &[record]).await);
        }
        assert_eq!(handle(source, &records).await, expected);
    }
}
