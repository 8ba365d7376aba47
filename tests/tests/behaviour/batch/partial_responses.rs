//! Which records are reported, for each source: the unprocessed ones, and no others.

use stream_handler::{
    BatchError, BatchResponse, dynamodb::DynamoDbRecord, kinesis::KinesisRecord, sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls, Item, Source,
    events::{event, with},
    invocation, reported, respond,
};

/// Every function here fails on a text that starts with "bad".
fn act(text: &str, calls: &Calls) -> Result<(), String> {
    calls.add(text);
    if text.starts_with("bad") {
        return Err(format!("{text} is bad"));
    }
    Ok(())
}

#[stream_handler]
async fn on_kinesis(record: KinesisRecord<String>, calls: &Calls) -> Result<(), String> {
    act(record.data(), calls)
}

#[stream_handler]
fn on_dynamodb(record: DynamoDbRecord<Item, ()>, calls: &Calls) -> Result<(), String> {
    let stream_handler::dynamodb::Change::Insert { new } = record.into_change() else {
        return Err("not an insert".into());
    };
    act(&new.text, calls)
}

#[stream_handler]
async fn on_sqs(message: SqsMessage<String>, calls: &Calls) -> Result<(), String> {
    tokio::task::yield_now().await;
    act(message.body(), calls)
}

async fn batch(
    source: Source,
    event: &impl ToString,
    calls: &Calls,
) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => on_kinesis::batch(invocation(event), calls).await,
        Source::DynamoDb => on_dynamodb::batch(invocation(event), calls).await,
        Source::Sqs => on_sqs::batch(invocation(event), calls).await,
    }
}

/// Texts, what a stream reports and how many records it reads, and what a queue reports.
type Case<'a> = (&'a [&'a str], &'a [&'a str], usize, &'a [&'a str]);

#[tokio::test]
async fn reports_what_is_not_done() {
    let cases: &[Case<'_>] = &[
        (&["a"], &[], 1, &[]),
        (&["a", "b", "c"], &[], 3, &[]),
        (&["bad"], &["1"], 1, &["1"]),
        (&["bad", "b", "c"], &["1"], 1, &["1"]),
        (&["a", "bad", "c"], &["2"], 2, &["2"]),
        (&["a", "b", "bad"], &["3"], 3, &["3"]),
        (&["a", "bad1", "c", "bad2", "e"], &["2"], 2, &["2", "4"]),
        (&["bad1", "bad2", "bad3"], &["1"], 1, &["1", "2", "3"]),
        (&["bad3", "bad2", "c", "bad1"], &["1"], 1, &["1", "2", "4"]),
    ];
    for source in Source::ALL {
        for &(texts, checkpoint, read, unprocessed) in cases {
            let calls = Calls::default();
            let response = reported(batch(source, &source.event(texts), &calls)).await;
            if source.is_stream() {
                assert_eq!(response, checkpoint, "{source:?} {texts:?}");
                assert_eq!(calls.all(), texts[..read], "{source:?} {texts:?}");
            } else {
                assert_eq!(response, unprocessed, "{source:?} {texts:?}");
                assert_eq!(calls.all(), texts, "{source:?} {texts:?}");
            }
        }
    }
}

#[tokio::test]
async fn success_is_spelt_out() {
    for source in Source::ALL {
        for texts in [&[][..], &["a", "b"]] {
            let text = respond(batch(source, &source.event(texts), &Calls::default())).await;
            assert_eq!(text, r#"{"batchItemFailures":[]}"#, "{source:?}");
        }
    }
}

#[tokio::test]
async fn failures_are_spelt_out() {
    let event = Source::Sqs.event(&["bad", "b", "bad"]);
    let text = respond(batch(Source::Sqs, &event, &Calls::default())).await;
    assert_eq!(
        text,
        r#"{"batchItemFailures":[{"itemIdentifier":"1"},{"itemIdentifier":"3"}]}"#
    );
}

#[tokio::test]
async fn long_sequence_numbers_are_reported_digit_by_digit() {
    let number = "4".repeat(129);
    for source in Source::ALL {
        let event = event([source.record("1", "a"), source.record(&number, "bad")]);
        let response = reported(batch(source, &event, &Calls::default())).await;
        assert_eq!(response, [&*number], "{source:?}");
    }
}

#[tokio::test]
async fn a_repeated_identifier_is_reported_once() {
    for source in Source::ALL {
        let calls = Calls::default();
        let records = ["a", "bad1", "c", "bad2"].map(|text| source.record("same", text));
        let response = reported(batch(source, &event(records), &calls)).await;
        assert_eq!(response, ["same"], "{source:?}");
        let read = if source.is_stream() { 2 } else { 4 };
        assert_eq!(calls.all().len(), read, "{source:?}");
    }
}

#[tokio::test]
async fn an_identifier_may_be_written_with_escapes() {
    for source in Source::ALL {
        let text = event([source.record("seven", "bad")]).to_string();
        let text = text.replace(r#""seven""#, r#""\u0073even\"7""#);
        let response = batch(source, &text, &Calls::default()).await.unwrap();
        let identifiers = response.batch_item_failures();
        assert_eq!(identifiers.len(), 1);
        assert_eq!(identifiers[0], "seven\"7", "{source:?}");
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    for source in Source::ALL {
        let parent = source.identifier().rsplit_once('/').unwrap().0;
        let records = ["a", "bad"].map(|text| {
            let record = source.record(text, text);
            let record = with(
                record,
                "/brandNew",
                serde_json::json!({ "nested": [1, null] }),
            );
            with(record, &format!("{parent}/alsoNew"), 1.5)
        });
        let mut event = event(records);
        event["widow"] = serde_json::json!({ "start": "x" });
        event["Aardvark"] = serde_json::Value::Null;
        let response = reported(batch(source, &event, &Calls::default())).await;
        assert_eq!(response, ["bad"], "{source:?}");
    }
}

#[tokio::test]
async fn a_record_needs_no_source_or_arn() {
    for source in Source::ALL {
        for odd in [
            serde_json::json!(null),
            serde_json::json!(7),
            serde_json::json!({}),
        ] {
            let records = ["a", "bad", "c"].map(|text| {
                let record = with(source.record(text, text), "/eventSource", odd.clone());
                with(record, "/eventSourceARN", odd.clone())
            });
            let calls = Calls::default();
            let response = reported(batch(source, &event(records), &calls)).await;
            assert_eq!(response, ["bad"], "{source:?} {odd}");
            assert_eq!(calls.all()[..2], ["a", "bad"], "{source:?} {odd}");
        }
    }
}
