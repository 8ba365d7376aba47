//! S3 event notifications.

use serde_json::{Value, json};
use stream_handler::{
    s3::{S3Event, S3Record},
    sns::Sns,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls,
    events::{with, without},
    invocation,
};

use super::{encoded_twice, message, result};

#[stream_handler]
async fn on_upload(message: SqsMessage<S3Event>, calls: &Calls) {
    if message.body().is_test() {
        calls.add("test");
    }
    for record in message.body().records() {
        calls.add(&*record.key);
    }
}

async fn keys(body: &impl ToString) -> Result<Vec<String>, String> {
    let calls = Calls::default();
    result(&calls, on_upload::batch(invocation(&message(body)), &calls)).await
}

/// A record as the User Guide shows one, with a key as S3 encodes it.
fn record(key: &str) -> Value {
    json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-west-2",
        "eventTime": "1970-01-01T00:00:00.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": { "principalId": "AIDAJDPLRKLG7UEXAMPLE" },
        "requestParameters": { "sourceIPAddress": "172.16.0.1" },
        "responseElements": {
            "x-amz-request-id": "C3D13FE58DE4C810",
            "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD"
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "testConfigRule",
            "bucket": {
                "name": "amzn-s3-demo-bucket",
                "ownerIdentity": { "principalId": "A3NL1KOZZKExample" },
                "arn": "arn:aws:s3:::amzn-s3-demo-bucket"
            },
            "object": {
                "key": key,
                "size": 1024,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                "sequencer": "0055AED6DCD90281E5"
            }
        }
    })
}

fn notification(records: &[Value]) -> Value {
    json!({ "Records": records })
}

fn test_event() -> Value {
    json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": "2014-10-13T15:57:02.089Z",
        "Bucket": "amzn-s3-demo-bucket",
        "RequestId": "5582815E1AEA5ADF",
        "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE"
    })
}

#[tokio::test]
async fn what_a_record_holds() {
    #[stream_handler]
    fn check(message: SqsMessage<S3Event>, calls: &Calls) {
        let records = message.into_body().into_records();
        let mut expected = S3Record::new("amzn-s3-demo-bucket", "HappyFace.jpg");
        "ObjectCreated:Put".clone_into(&mut expected.event_name);
        "1970-01-01T00:00:00.000Z".clone_into(&mut expected.event_time);
        expected.size = Some(1024);
        expected.e_tag = Some("d41d8cd98f00b204e9800998ecf8427e".to_owned());
        expected.version_id = Some("096fKKXTRTtl3on89fVO.nfljtsv6qko".to_owned());
        expected.sequencer = Some("0055AED6DCD90281E5".to_owned());
        assert_eq!(records, [expected]);
        calls.add("checked");
    }
    let calls = Calls::default();
    let body = notification(&[record("HappyFace.jpg")]);
    let batch = check::batch(invocation(&message(&body)), &calls);
    assert_eq!(result(&calls, batch).await.unwrap(), ["checked"]);
}

#[tokio::test]
async fn a_deletion() {
    #[stream_handler]
    fn check(message: SqsMessage<S3Event>, calls: &Calls) {
        let record = &message.body().records()[0];
        assert_eq!(
            (record.size, &record.e_tag, &record.version_id),
            (None, &None, &None)
        );
        calls.add(&*record.event_name);
    }
    let calls = Calls::default();
    let deleted = with(record("k"), "/eventName", "ObjectRemoved:Delete");
    let deleted = ["size", "eTag", "versionId"]
        .iter()
        .fold(deleted, |record, field| {
            without(record, &format!("/s3/object/{field}"))
        });
    let batch = check::batch(invocation(&message(&notification(&[deleted]))), &calls);
    assert_eq!(
        result(&calls, batch).await.unwrap(),
        ["ObjectRemoved:Delete"]
    );
}

#[tokio::test]
async fn keys_are_url_decoded() {
    for (encoded, key) in [
        ("plain/key.txt", "plain/key.txt"),
        ("my+cat%26dog.jpg", "my cat&dog.jpg"),
        ("1%2B1%3D2", "1+1=2"),
        ("100%25", "100%"),
        ("%2B%20%2b", "+ +"),
        ("gr%C3%BC%C3%9Fe/%F0%9F%94%91", "grüße/🔑"),
        ("grüße", "grüße"),
        ("a%2525", "a%25"),
        ("%00%0A", "\0\n"),
        ("++", "  "),
        ("", ""),
    ] {
        assert_eq!(
            keys(&notification(&[record(encoded)])).await.unwrap(),
            [key],
            "{encoded}"
        );
    }
}

#[tokio::test]
async fn keys_that_are_not_url_encoded() {
    for encoded in [
        "100%", "%4", "%zz", "%4z", "%C3", "%ff", "a%+41", "%é1", "%%41", "% 1",
    ] {
        let body = notification(&[record("fine"), record(encoded)]);
        assert_eq!(
            keys(&body).await.unwrap_err(),
            "`Records[1].s3.object.key` is not URL-encoded UTF-8"
        );
    }
}

#[tokio::test]
async fn several_records_and_none() {
    let body = notification(&[record("a"), record("b"), record("c")]);
    assert_eq!(keys(&body).await.unwrap(), ["a", "b", "c"]);
    assert!(keys(&notification(&[])).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_test_event_is_no_error() {
    assert_eq!(keys(&test_event()).await.unwrap(), ["test"]);
}

#[tokio::test]
async fn through_a_topic() {
    #[stream_handler]
    fn through_sns(message: SqsMessage<Sns<S3Event>>, calls: &Calls) {
        let event = message.body().message();
        calls.add(format!("{} {}", event.records().len(), event.is_test()));
    }
    let notified = |message: &Value| {
        json!({
            "Type": "Notification",
            "TopicArn": "arn:aws:sns:us-west-2:111122223333:uploads",
            "Subject": "Amazon S3 Notification",
            "Message": message.to_string()
        })
    };
    for (body, call) in [
        (notification(&[record("a")]), "1 false"),
        (test_event(), "0 true"),
    ] {
        let calls = Calls::default();
        let batch = through_sns::batch(invocation(&message(&notified(&body))), &calls);
        assert_eq!(result(&calls, batch).await.unwrap(), [call]);
    }
    // And what S3 says is not what SNS says.
    let calls = Calls::default();
    let batch = through_sns::batch(invocation(&message(&notification(&[record("a")]))), &calls);
    let error = result(&calls, batch).await.unwrap_err();
    assert!(
        error.contains("it is an object with `Records`. If the subscription has raw"),
        "{error}"
    );
    let error = keys(&notified(&test_event())).await.unwrap_err();
    assert!(
        error.contains("it is an object with `Message`, `Subject`, `TopicArn`, `Type`"),
        "{error}"
    );
}

#[tokio::test]
async fn bodies_that_are_no_notification() {
    let start = "the payload is not an S3 event notification";
    let one = |record: Value| notification(&[record]).to_string();
    let text = notification(&[record("a")]).to_string();
    for (body, error) in [
        (
            "{}".to_owned(),
            ", it is an empty object: `Records` is missing or null",
        ),
        (
            r#"{"id":7}"#.to_owned(),
            ", it is an object with `id`: `Records` is missing or null",
        ),
        (
            r#"{"Event":"other"}"#.to_owned(),
            ", it is an object with `Event`: `Records` is missing or null",
        ),
        (
            r#"{"Records":null}"#.to_owned(),
            ", it is an object with `Records`: `Records` is missing or null",
        ),
        (
            r#"{"Records":{}}"#.to_owned(),
            ", at `Records`: expected a sequence, found an object",
        ),
        (
            r#"{"Records":"[]"}"#.to_owned(),
            ", at `Records`: expected a sequence, found a string",
        ),
        (
            r#"{"Records":[5]}"#.to_owned(),
            ", at `Records[0]`: expected struct Entry, found a number",
        ),
        (
            r#"{"Records":[],"Records":[]}"#.to_owned(),
            ": duplicate field `Records`",
        ),
        ("plain text".to_owned(), ", it is not JSON"),
        (String::new(), ", it is not JSON"),
        ("[]".to_owned(), ", it is an array"),
        (
            encoded_twice(&test_event()).to_string(),
            ", it is a string of JSON: it is encoded twice",
        ),
        (text[..text.len() - 2].to_owned(), ": EOF"),
        (
            one(without(record("a"), "/s3")),
            ", at `Records[0]`: missing field `s3`",
        ),
        (
            one(without(record("a"), "/eventName")),
            ", at `Records[0]`: missing field `eventName`",
        ),
        (
            one(without(record("a"), "/s3/bucket/name")),
            ", at `Records[0].s3.bucket`: missing field `name`",
        ),
        (
            one(without(record("a"), "/s3/object/key")),
            ", at `Records[0].s3.object`: missing field `key`",
        ),
        (
            one(with(record("a"), "/s3/object/key", 5)),
            ", at `Records[0].s3.object.key`: expected a string, found a number",
        ),
        (
            one(with(record("a"), "/s3/object/size", "5")),
            ", at `Records[0].s3.object.size`: expected u64, found a string",
        ),
        (
            one(with(record("a"), "/s3/object/size", -5)),
            ", at `Records[0].s3.object.size`: expected u64, found a number whose value is not valid",
        ),
    ] {
        let found = keys(&body).await.unwrap_err();
        assert!(
            found.starts_with(&format!("{start}{error}")),
            "{body}: {found}"
        );
    }
}
