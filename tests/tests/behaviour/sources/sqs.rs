//! What SQS messages hold, ordinary and odd.

use std::{
    sync::Mutex,
    time::{Duration, SystemTime},
};

use serde::Deserialize;
use serde_json::{Value, json};
use stream_handler::{
    Bytes, Json,
    sqs::{AttributeValue, MessageAttribute, SqsMessage},
    stream_handler,
};
use stream_handler_tests::{
    Calls,
    events::{event, fifo, sqs, with, without},
    invocation, reported,
};

type Kept = Mutex<Vec<SqsMessage<String>>>;

#[stream_handler]
fn keep(message: SqsMessage<String>, kept: &Kept) {
    kept.lock().unwrap().push(message);
}

/// The message of an event, which must be done.
async fn message_of(event: &impl ToString) -> SqsMessage<String> {
    let kept = Kept::default();
    let response = reported(keep::batch(invocation(event), &kept)).await;
    assert!(response.is_empty(), "{response:?}");
    kept.into_inner().unwrap().remove(0)
}

async fn message(json: Value) -> SqsMessage<String> {
    message_of(&event([json])).await
}

#[tokio::test]
async fn accessors() {
    let json = fifo(
        "059f36b4-87a3-44ab-83d2-661975830a7d",
        "group \"1\"",
        "a text",
    );
    let message = message(with(
        json.clone(),
        "/attributes/ApproximateReceiveCount",
        "3",
    ))
    .await;
    assert_eq!(message.message_id(), "059f36b4-87a3-44ab-83d2-661975830a7d");
    assert_eq!(
        message.event_source_arn(),
        Some("arn:aws:sqs:us-east-2:123456789012:fifo.fifo")
    );
    assert_eq!(message.approximate_receive_count(), Some(3));
    let sent = SystemTime::UNIX_EPOCH + Duration::from_millis(1_545_082_649_183);
    assert_eq!(message.sent_timestamp(), Some(sent));
    assert_eq!(message.message_group_id().as_deref(), Some("group \"1\""));
    let handle = "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a";
    assert_eq!(message.receipt_handle().as_deref(), Some(handle));
    assert_eq!(
        message.attribute("SenderId").unwrap().as_deref(),
        Some("AIDAIENQZJOLO23YVJ4VO")
    );
    assert_eq!(message.attribute("AWSTraceHeader").unwrap(), None);
    let json = with(json, "/attributes/ApproximateReceiveCount", "3");
    assert_eq!(serde_json::from_str::<Value>(message.json()).unwrap(), json);
    let text = format!("{message:?}");
    assert!(
        text.contains("a text") && text.contains("059f36b4"),
        "{text}"
    );
    assert_eq!(message.body(), "a text");
    assert_eq!(message.clone().into_body(), "a text");
}

#[tokio::test]
async fn message_attributes() {
    let attributes = json!({
        "colour": { "dataType": "String", "stringValue": "red", "stringListValues": null },
        "count": {
            "dataType": "Number.int",
            "stringValue": "123",
            "stringListValues": [],
            "binaryListValues": []
        },
        "bytes": { "dataType": "Binary", "binaryValue": "AAH/", "binaryListValues": null },
        "empty": { "dataType": "String", "stringValue": "" },
        "no value": { "dataType": "String" },
        "no base64": { "dataType": "Binary", "binaryValue": "!" },
        "no type": { "stringValue": "x" },
        "no object": 5
    });
    let message = message(with(sqs("1", "a"), "/messageAttributes", attributes)).await;
    let attribute = |data_type: &str, value| Some(MessageAttribute::new(data_type, value));
    let text = |text: &str| AttributeValue::Text(text.to_owned());
    for (name, expected) in [
        ("colour", attribute("String", text("red"))),
        ("count", attribute("Number.int", text("123"))),
        (
            "bytes",
            attribute("Binary", AttributeValue::Binary(vec![0, 1, 255])),
        ),
        ("empty", attribute("String", text(""))),
        ("not there", None),
    ] {
        let attribute = message.message_attribute(name).unwrap();
        assert_eq!(attribute, expected, "{name}");
    }
    for (name, error) in [
        (
            "no value",
            "`messageAttributes.no value.binaryValue` is missing",
        ),
        (
            "no base64",
            "`messageAttributes.no base64.binaryValue` is not valid base64",
        ),
        ("no type", "`messageAttributes.no type.dataType` is missing"),
        (
            "no object",
            "`messageAttributes.no object` is a number, not an object",
        ),
    ] {
        let attribute = message.message_attribute(name);
        assert_eq!(attribute.unwrap_err().to_string(), error);
    }
}

#[test]
fn a_message_made_for_a_test() {
    let colour = MessageAttribute::string("red");
    let bytes = MessageAttribute::binary([0, 255]);
    let message = SqsMessage::new("a body")
        .with_message_id("m-1")
        .with_message_group_id("group \"1\"")
        .with_approximate_receive_count(3)
        .with_attribute("SenderId", "me")
        .with_message_attribute("colour", &colour)
        .with_message_attribute("bytes", &bytes);
    assert_eq!((*message.body(), message.message_id()), ("a body", "m-1"));
    assert_eq!(message.message_group_id().as_deref(), Some("group \"1\""));
    assert_eq!(message.approximate_receive_count(), Some(3));
    assert_eq!(
        message.attribute("SenderId").unwrap().as_deref(),
        Some("me")
    );
    assert_eq!(message.message_attribute("colour").unwrap(), Some(colour));
    assert_eq!(message.message_attribute("bytes").unwrap(), Some(bytes));
    assert_eq!(message.message_attribute("other").unwrap(), None);
    assert_eq!(SqsMessage::new(1).approximate_receive_count(), None);
}

/// What it had is kept, though its JSON is another.
#[tokio::test]
async fn a_message_of_an_event_changed_for_a_test() {
    let message = message(sqs("1", "a")).await;
    let arn = message.event_source_arn().map(str::to_owned);
    let message = message.with_approximate_receive_count(9);
    assert_eq!(
        (message.message_id(), message.body()),
        ("1", &"a".to_owned())
    );
    assert_eq!(message.event_source_arn(), arn.as_deref());
    assert_eq!(message.approximate_receive_count(), Some(9));
    assert_eq!(message.message_group_id(), None);
}

#[tokio::test]
async fn fields_that_are_missing() {
    let message = message(json!({ "body": "a" })).await;
    assert_eq!(message.body(), "a");
    assert_eq!(message.message_id(), "");
    assert_eq!(message.event_source_arn(), None);
    assert_eq!(message.approximate_receive_count(), None);
    assert_eq!(message.sent_timestamp(), None);
    assert_eq!(message.message_group_id(), None);
    assert_eq!(message.receipt_handle(), None);
    assert_eq!(message.attribute("SenderId").unwrap(), None);
    assert_eq!(message.message_attribute("colour").unwrap(), None);
}

#[tokio::test]
async fn fields_of_a_wrong_type() {
    for odd in [json!(null), json!(5), json!("x"), json!([])] {
        let json = with(sqs("1", "a"), "/attributes", odd.clone());
        let json = with(json, "/messageAttributes", odd.clone());
        let json = with(json, "/eventSourceARN", odd.clone());
        let message = message(json).await;
        assert_eq!(message.body(), "a");
        assert_eq!(message.approximate_receive_count(), None, "{odd}");
        for (name, attribute) in [
            ("attributes", message.attribute("colour").map(drop)),
            (
                "messageAttributes",
                message.message_attribute("colour").map(drop),
            ),
        ] {
            if odd.is_null() {
                // As if it were not there.
                attribute.unwrap();
            } else {
                let error = attribute.unwrap_err().to_string();
                assert!(error.starts_with(&format!("`{name}` is a")), "{error}");
            }
        }
    }
    let json = with(sqs("1", "a"), "/attributes/ApproximateReceiveCount", 3);
    let json = with(json, "/attributes/SentTimestamp", "soon");
    let message = message(json).await;
    assert_eq!(message.approximate_receive_count(), None);
    assert_eq!(message.sent_timestamp(), None);
    assert_eq!(
        message
            .attribute("ApproximateReceiveCount")
            .unwrap_err()
            .to_string(),
        "`attributes.ApproximateReceiveCount` is a number, not a string"
    );
    assert_eq!(
        message.attribute("SenderId").unwrap().as_deref(),
        Some("AIDAIENQZJOLO23YVJ4VO")
    );
}

#[tokio::test]
async fn bodies_of_any_text() {
    for body in [
        "",
        "null",
        "a \"quoted\" \\ body\n\r\t\u{8}\u{c}\0",
        "naïve, 日本語, 👩‍👩‍👧",
        "\u{2028}\u{feff}",
        "{\"nested\": \"{\\\"json\\\": 1}\"}",
    ] {
        assert_eq!(message(sqs("1", body)).await.body(), body);
    }
    let text = event([sqs("1", "BODY")]).to_string();
    let text = text.replace("BODY", r"\ud83d\udc69 \/ \u00e9");
    assert_eq!(message_of(&text).await.body(), "👩 / é");
}

#[tokio::test]
async fn an_envelope_in_the_body() {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Notification {
        message: String,
    }
    #[stream_handler]
    fn on_notification(message: SqsMessage<Json<Notification>>, calls: &Calls) {
        let text = &message.body().message;
        let inner: Value = serde_json::from_str(text).unwrap();
        calls.add(inner["id"].to_string());
    }
    let body = json!({ "Type": "Notification", "Message": json!({ "id": 7 }).to_string() });
    let calls = Calls::default();
    let event = event([sqs("1", &body.to_string())]);
    assert!(
        reported(on_notification::batch(invocation(&event), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["7"]);
}

#[tokio::test]
async fn a_body_as_bytes() {
    #[stream_handler]
    fn bytes(message: SqsMessage<Bytes>, calls: &Calls) {
        calls.add(format!("{:?}", message.into_body()));
    }
    let calls = Calls::default();
    // Not base64: a body is text.
    let event = event([sqs("1", "YQ=="), without(sqs("2", ""), "/body")]);
    assert_eq!(
        reported(bytes::batch(invocation(&event), &calls)).await,
        ["2"]
    );
    assert_eq!(calls.all(), [r#"b"YQ==""#]);
}
