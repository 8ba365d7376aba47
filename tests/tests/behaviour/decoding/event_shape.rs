//! Events that are not of the shape of the source's: the invocation fails, and says what it got.

use serde_json::{Value, json};
use stream_handler::{
    Batch, BatchError, BatchResponse, dynamodb::DynamoDbRecord, kinesis::KinesisRecord,
    sqs::SqsMessage, stream_handler,
};
use stream_handler_tests::{
    Calls, Source,
    events::{event, with},
    failure, invocation,
    logs::Logs,
    respond,
};

#[stream_handler]
async fn on_kinesis(_: KinesisRecord<String>, calls: &Calls) {
    calls.add("Kinesis");
}

#[stream_handler]
async fn on_dynamodb(_: DynamoDbRecord<()>, calls: &Calls) {
    calls.add("DynamoDB");
}

#[stream_handler]
async fn on_sqs(_: SqsMessage<String>, calls: &Calls) {
    calls.add("SQS");
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

/// Checks that an event is refused by each source, without a call, for this reason.
async fn assert_refused(event: &str, found: &str) {
    for source in Source::ALL {
        let (logs, calls) = (Logs::capture(), Calls::default());
        let diagnostic = failure(batch(source, &event, &calls)).await;
        assert_eq!(diagnostic.error_type, "StreamHandler.InvalidEvent");
        let name = source.name();
        let expected = "expected an object with an array `Records`, found";
        let message = format!("the event is not from {name}: {expected} {found}");
        assert_eq!(diagnostic.error_message, message, "{event}");
        assert!(calls.all().is_empty());

        let lines = logs.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!(lines[0].level, tracing::Level::ERROR);
        assert_eq!(lines[0].fields["error_type"], "StreamHandler.InvalidEvent");
        assert_eq!(lines[0].fields["error"], message);
    }
}

#[tokio::test]
async fn an_event_that_is_no_object() {
    for (event, found) in [
        ("null", "null"),
        ("[]", "an array"),
        (r#"[{"Records":[]}]"#, "an array"),
        (r#""Records""#, "a string"),
        ("5", "a number"),
        ("-5", "a number"),
        ("true", "a boolean"),
        (" \n null ", "null"),
    ] {
        assert_refused(event, found).await;
    }
}

#[tokio::test]
async fn an_event_without_an_array_of_records() {
    for (event, found) in [
        ("{}", "an empty object"),
        (r#"{"records":[]}"#, "an object with `records`"),
        (r#"{"Records":null}"#, "an object whose `Records` is null"),
        (
            r#"{"Records":{}}"#,
            "an object whose `Records` is an object",
        ),
        (
            r#"{"Records":"[]"}"#,
            "an object whose `Records` is a string",
        ),
        (r#"{"Records":0}"#, "an object whose `Records` is a number"),
        (
            r#"{"Records":false}"#,
            "an object whose `Records` is a boolean",
        ),
        (
            r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1}"#,
            "an object with `a`, `b`, `c`, `d`, `e`, `f`, `g`, `h`, …",
        ),
    ] {
        assert_refused(event, found).await;
    }
}

#[tokio::test]
async fn an_event_of_another_service() {
    let event = json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2015-10-08T16:53:06Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/my-scheduled-rule"],
        "detail": {}
    });
    let found = "an object with `account`, `detail`, `detail-type`, `id`, `region`, `resources`, \
                 `source`, `time`, …";
    assert_refused(&event.to_string(), found).await;
}

#[tokio::test]
async fn two_arrays_of_records_are_one_too_many() {
    let event = r#"{"Records":[],"Records":[]}"#;
    assert_refused(event, "an object with two `Records`").await;
}

#[tokio::test]
async fn records_of_another_source() {
    let names = [
        (Source::Kinesis, "aws:kinesis"),
        (Source::DynamoDb, "aws:dynamodb"),
        (Source::Sqs, "aws:sqs"),
    ];
    for source in Source::ALL {
        for (other, other_name) in names.into_iter().filter(|(other, _)| *other != source) {
            // All of them, or one among others: either way the mapping is not what it should be.
            let all = other.event(&["a", "b"]);
            let one = event([source.record("1", "a"), other.record("2", "b")]);
            for (event, index) in [(all, 0), (one, 1)] {
                let calls = Calls::default();
                let diagnostic = failure(batch(source, &event, &calls)).await;
                assert_eq!(diagnostic.error_type, "StreamHandler.InvalidEvent");
                let name = source.name();
                assert_eq!(
                    diagnostic.error_message,
                    format!(
                        "the event is not from {name}: expected {name} records, found \
                         that record {index} is from `{other_name}`"
                    )
                );
                assert!(calls.all().is_empty());
            }
        }
    }
}

#[tokio::test]
async fn a_foreign_record_is_found_beside_an_unreadable_one() {
    for source in Source::ALL {
        let foreign = with(source.record("2", "b"), "/eventSource", "aws:s3");
        let event = event([Value::Null, foreign]);
        let diagnostic = failure(batch(source, &event, &Calls::default())).await;
        assert_eq!(diagnostic.error_type, "StreamHandler.InvalidEvent");
        let end = "found that record 1 is from `aws:s3`";
        assert!(diagnostic.error_message.ends_with(end));
    }
}

#[tokio::test]
async fn an_empty_event_is_a_success() {
    for source in Source::ALL {
        for event in [
            r#"{"Records":[]}"#,
            r#"{ "x": {"Records": [1]}, "Records" : [ ] , "y": null }"#,
            r#"{"\u0052ecords":[]}"#,
        ] {
            let calls = Calls::default();
            let response = respond(batch(source, &event, &calls)).await;
            assert_eq!(response, r#"{"batchItemFailures":[]}"#, "{event}");
            assert!(calls.all().is_empty());
        }
    }
}

#[test]
fn what_is_no_json_is_no_batch() {
    for bytes in [
        &b""[..],
        b"{",
        b"{}{}",
        b"{\"Records\":[\"\xff\"]}",
        b"{\"Records\":[],}",
    ] {
        let batch = serde_json::from_slice::<Batch<KinesisRecord<String>>>(bytes);
        assert!(batch.is_err(), "{bytes:?}");
    }
}

#[test]
fn a_batch_does_not_show_its_data() {
    let event = Source::Kinesis.event(&["secret"]).to_string();
    let batch: Batch<KinesisRecord<String>> = serde_json::from_str(&event).unwrap();
    let text = format!("{batch:?}");
    assert_eq!(
        text,
        format!("Batch(Event {{ bytes: {}, .. }})", event.len())
    );
}

/// An event that goes on after its end: the rest might be more records.
#[tokio::test]
async fn more_after_the_event() {
    for rest in [r#"{"Records":[]}"#, ",", "x"] {
        let event = stream_handler::Event::from(format!(r#"{{"Records":[]}}{rest}"#));
        let calls = Calls::default();
        let invocation = stream_handler::LambdaEvent::new(
            Batch::from(event),
            stream_handler::Context::default(),
        );
        let error = on_kinesis::batch(invocation, &calls).await.unwrap_err();
        assert_eq!(error.error_type(), "StreamHandler.InvalidEvent", "{rest}");
    }
}

/// What `serde` derives would read these by position.
#[tokio::test]
async fn arrays_in_place_of_records() {
    for record in [
        json!(["aws:kinesis", "arn", ["49", "key", "YQ==", 1]]),
        json!({ "eventSource": "aws:kinesis", "kinesis": ["49", "key", "YQ==", 1] }),
    ] {
        let calls = Calls::default();
        let error = on_kinesis::batch(invocation(&event([record])), &calls).await;
        let error = error.unwrap_err();
        assert_eq!(error.error_type(), "StreamHandler.MissingIdentifier");
        assert!(calls.all().is_empty());
    }
}

/// SNS writes `EventSource`.
#[tokio::test]
async fn an_event_of_sns() {
    let event = event([json!({
        "EventVersion": "1.0",
        "EventSource": "aws:sns",
        "EventSubscriptionArn": "arn:aws:sns:us-east-1:111122223333:topic:1",
        "Sns": { "MessageId": "1", "Message": "m" },
    })]);
    for source in Source::ALL {
        let error = batch(source, &event, &Calls::default()).await.unwrap_err();
        assert_eq!(error.error_type(), "StreamHandler.InvalidEvent");
        assert!(error.to_string().contains("`aws:sns`"), "{error}");
    }
}
