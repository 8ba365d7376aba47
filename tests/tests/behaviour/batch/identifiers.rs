//! Records without an identifier. They don't matter while they needn't be reported; one that must
//! be fails the invocation, and with it the whole batch is delivered again.

use serde_json::{Value, json};
use stream_handler::{
    BatchError, BatchResponse, dynamodb::DynamoDbRecord, kinesis::KinesisRecord,
    lambda_runtime::Diagnostic, sqs::SqsMessage, stream_handler,
};
use stream_handler_tests::{
    Calls, Item, Source,
    events::{event, with, without},
    failure, invocation,
    logs::Logs,
    reported,
};

fn act(text: &str, calls: &Calls) -> Result<(), String> {
    calls.add(text);
    if text == "bad" {
        Err("no luck".into())
    } else {
        Ok(())
    }
}

#[stream_handler]
async fn on_kinesis(record: KinesisRecord<String>, calls: &Calls) -> Result<(), String> {
    act(record.data(), calls)
}

#[stream_handler]
async fn on_dynamodb(record: DynamoDbRecord<Item, ()>, calls: &Calls) -> Result<(), String> {
    match record.change() {
        stream_handler::dynamodb::Change::Insert { new } => act(&new.text, calls),
        other => Err(format!("{other:?}")),
    }
}

#[stream_handler]
async fn on_sqs(message: SqsMessage<String>, calls: &Calls) -> Result<(), String> {
    act(message.body(), calls)
}

async fn batch(source: Source, event: &Value, calls: &Calls) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => on_kinesis::batch(invocation(event), calls).await,
        Source::DynamoDb => on_dynamodb::batch(invocation(event), calls).await,
        Source::Sqs => on_sqs::batch(invocation(event), calls).await,
    }
}

/// A record without a usable identifier, in every way there is.
fn unidentified(source: Source, text: &str) -> Vec<Value> {
    let record = source.record("some", text);
    let odd = [
        json!(null),
        json!(""),
        json!(7),
        json!(true),
        json!(["1"]),
        json!({ "N": "1" }),
    ];
    odd.into_iter()
        .map(|odd| with(record.clone(), source.identifier(), odd))
        .chain([without(record.clone(), source.identifier())])
        .collect()
}

/// What Lambda is told of a record that can't be reported.
fn message(source: Source, index: usize, records: usize, outcome: &str) -> String {
    let field = source
        .identifier()
        .trim_start_matches('/')
        .replace('/', ".");
    format!(
        "{} record {index} of {records} is unprocessed and can't be reported, because its \
         `{field}` is missing, empty or not valid. The invocation fails, so that Lambda delivers the \
         batch again and the record is not lost. What became of it: {outcome}",
        source.name()
    )
}

fn assert_missing(diagnostic: &Diagnostic, message: &str) {
    assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
    assert_eq!(diagnostic.error_message, message);
}

#[tokio::test]
async fn a_record_that_is_done_needs_none() {
    for source in Source::ALL {
        for odd in unidentified(source, "b") {
            let calls = Calls::default();
            let records = [source.record("1", "a"), odd, source.record("3", "bad")];
            let response = reported(batch(source, &event(records), &calls)).await;
            assert_eq!(response, ["3"], "{source:?}");
            assert_eq!(calls.all(), ["a", "b", "bad"], "{source:?}");
        }
    }
}

#[tokio::test]
async fn a_record_that_fails_needs_one() {
    for source in Source::ALL {
        for odd in unidentified(source, "bad") {
            let records = [source.record("1", "a"), odd, source.record("3", "c")];
            let event = event(records);
            let logs = Logs::capture();
            let diagnostic = failure(batch(source, &event, &Calls::default())).await;
            assert_missing(&diagnostic, &message(source, 1, 3, "no luck"));

            let failed = logs.with("record failed");
            let nameless = message(source, 0, 0, "");
            let field = nameless.split('`').nth(1).unwrap();
            assert_eq!(failed[0].fields["identifier"], format!("(no `{field}`)"));
            let told = logs.with("batch failed");
            assert_eq!(told.len(), 1);
            assert_eq!(told[0].level, tracing::Level::ERROR);
            assert_eq!(told[0].fields["error_type"], diagnostic.error_type);
            assert_eq!(told[0].fields["error"], diagnostic.error_message);
            let handled = logs.with("batch handled");
            assert_eq!(handled[0].fields["failed"], "1");
            assert!(!handled[0].fields.contains_key("reported"));
        }
    }
}

#[tokio::test]
async fn a_later_record_that_fails_hides_none_without_one() {
    for source in Source::ALL {
        for odd in unidentified(source, "bad") {
            let records = [odd, source.record("2", "bad")];
            let diagnostic = failure(batch(source, &event(records), &Calls::default())).await;
            assert_missing(&diagnostic, &message(source, 0, 2, "no luck"));
        }
    }
}

#[tokio::test]
async fn what_comes_after_a_checkpoint_needs_none() {
    for source in [Source::Kinesis, Source::DynamoDb] {
        for odd in unidentified(source, "bad") {
            let records = [source.record("1", "a"), source.record("2", "bad"), odd];
            let calls = Calls::default();
            let response = reported(batch(source, &event(records), &calls)).await;
            assert_eq!(response, ["2"], "{source:?}");
            assert_eq!(calls.all(), ["a", "bad"], "{source:?}");
        }
    }
}

#[tokio::test]
async fn every_failed_message_needs_one() {
    for odd in unidentified(Source::Sqs, "bad") {
        let good = Source::Sqs.record("1", "bad");
        let diagnostic = failure(batch(Source::Sqs, &event([good, odd]), &Calls::default())).await;
        assert_missing(&diagnostic, &message(Source::Sqs, 1, 2, "no luck"));
    }
}

#[tokio::test]
async fn an_identifier_of_no_unicode_is_none() {
    for source in Source::ALL {
        let text = event([source.record("LONE", "bad")]).to_string();
        let odd: &str = &text.replace("LONE", r"\ud83d");
        let calls = Calls::default();
        let batch = async {
            match source {
                Source::Kinesis => on_kinesis::batch(invocation(&odd), &calls).await,
                Source::DynamoDb => on_dynamodb::batch(invocation(&odd), &calls).await,
                Source::Sqs => on_sqs::batch(invocation(&odd), &calls).await,
            }
        };
        assert_missing(&failure(batch).await, &message(source, 0, 1, "no luck"));
    }
}

/// Records that are no objects, or have none where there must be one.
fn unreadable(source: Source) -> Vec<Value> {
    let mut odd = vec![
        json!(null),
        json!(5),
        json!("record"),
        json!([]),
        json!([1, [2]]),
    ];
    let inner = match source {
        Source::Kinesis => "kinesis",
        Source::DynamoDb => "dynamodb",
        Source::Sqs => return odd,
    };
    for garbage in [json!(null), json!(5), json!("x"), json!([])] {
        odd.push(with(source.record("2", "b"), &format!("/{inner}"), garbage));
    }
    odd
}

#[tokio::test]
async fn a_record_that_is_no_object_fails_the_invocation() {
    for source in Source::ALL {
        for odd in unreadable(source) {
            let records = [
                source.record("1", "a"),
                odd.clone(),
                source.record("3", "c"),
            ];
            let calls = Calls::default();
            let diagnostic = failure(batch(source, &event(records), &calls)).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
            let start = message(source, 1, 3, "");
            let told = diagnostic.error_message;
            assert!(
                told.starts_with(&start) && told.len() > start.len(),
                "{odd}: {told}"
            );
            // A message of a standard queue overtakes nothing, and is done when it is done.
            let called: &[&str] = if source.is_stream() {
                &["a"]
            } else {
                &["a", "c"]
            };
            assert_eq!(calls.all(), called, "{source:?} {odd}");
        }
    }
}

#[tokio::test]
async fn a_record_that_is_no_object_costs_nothing_after_a_checkpoint() {
    for source in [Source::Kinesis, Source::DynamoDb] {
        for odd in unreadable(source) {
            let records = [
                source.record("1", "a"),
                source.record("2", "bad"),
                odd.clone(),
            ];
            let response = reported(batch(source, &event(records), &Calls::default())).await;
            assert_eq!(response, ["2"], "{source:?} {odd}");
        }
    }
}
