//! EventBridge events.

use serde_json::{Value, json};
use stream_handler::{
    Data, Payload, eventbridge::EventBridge, sns::Sns, sqs::SqsMessage, stream_handler,
};
use stream_handler_tests::{
    Calls,
    events::{with, without},
    invocation,
};

use super::{encoded_twice, message, result};

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct StateChange {
    instance_id: String,
    state: String,
}

#[stream_handler]
async fn on_change(message: SqsMessage<EventBridge<StateChange>>, calls: &Calls) {
    let change = message.body().detail();
    calls.add(format!("{} {}", change.instance_id, change.state));
}

async fn change(body: &impl ToString) -> Result<Vec<String>, String> {
    let calls = Calls::default();
    result(&calls, on_change::batch(invocation(&message(body)), &calls)).await
}

/// An event as the User Guide shows one.
fn state_change() -> Value {
    json!({
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": "111122223333",
        "time": "2017-12-22T18:43:48Z",
        "region": "us-west-1",
        "resources": [
            "arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"
        ],
        "detail": { "instance-id": "i-1234567890abcdef0", "state": "terminated" }
    })
}

#[tokio::test]
async fn the_detail_is_decoded() {
    let expected = ["i-1234567890abcdef0 terminated"];
    assert_eq!(change(&state_change()).await.unwrap(), expected);
    // Nothing else is needed.
    let bare = json!({ "detail": { "instance-id": "i-1", "state": "running" }, "time": 7 });
    assert_eq!(change(&bare).await.unwrap(), ["i-1 running"]);
}

#[tokio::test]
async fn through_a_topic() {
    #[stream_handler]
    fn through_sns(message: SqsMessage<Sns<EventBridge<StateChange>>>, calls: &Calls) {
        let event = message.into_body().into_message().into_detail();
        calls.add(event.state);
    }
    let calls = Calls::default();
    let body = json!({ "Type": "Notification", "Message": state_change().to_string() });
    let batch = through_sns::batch(invocation(&message(&body)), &calls);
    assert_eq!(result(&calls, batch).await.unwrap(), ["terminated"]);
}

#[test]
fn what_else_an_event_holds() {
    let json = state_change().to_string();
    let event = EventBridge::<Value>::decode(Data::text(&json)).unwrap();
    assert_eq!(event.detail()["state"], "terminated");
    assert_eq!(
        event.detail_type().unwrap(),
        "EC2 Instance State-change Notification"
    );
    assert_eq!(event.source().unwrap(), "aws.ec2");
    assert_eq!(event.id().unwrap(), "6a7e8feb-b491-4cf7-a9f1-bf3703467718");
    assert_eq!(event.account().unwrap(), "111122223333");
    assert_eq!(event.time().unwrap(), "2017-12-22T18:43:48Z");
    assert_eq!(event.region().unwrap(), "us-west-1");
    assert_eq!(
        event.resources(),
        ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"]
    );
    assert_eq!(event.json(), json);
    let text = format!("{event:?}");
    assert!(
        text.contains("aws.ec2") && text.contains("terminated"),
        "{text}"
    );
}

#[test]
fn what_may_be_missing() {
    for json in [
        json!({ "detail": 1 }),
        json!({ "detail": 1, "source": 5, "resources": "arn" }),
    ] {
        let event = EventBridge::<u8>::decode(Data::text(json.to_string())).unwrap();
        assert_eq!(event.source(), None);
        assert_eq!(event.detail_type(), None);
        assert!(event.resources().is_empty());
    }
    let made = EventBridge::new(7);
    assert_eq!((made.source(), made.json(), *made.detail()), (None, "", 7));
    assert!(made.resources().is_empty());
}

#[tokio::test]
async fn bodies_that_are_no_event() {
    let start = "the payload is not an EventBridge event, it is ";
    for (body, error) in [
        (
            r#"{"id":7}"#,
            "an object with `id`: `detail` is missing or null",
        ),
        (
            r#"{"source":"a","detail":null}"#,
            "an object with `detail`, `source`: `detail` is missing or null",
        ),
        ("{}", "an empty object: `detail` is missing or null"),
        ("plain text", "not JSON: expected value"),
        ("", "not JSON: EOF"),
        ("[]", "an array: "),
        ("7", "a number: "),
        (r#""text""#, "a string: "),
    ] {
        let found = change(&body).await.unwrap_err();
        assert!(found.starts_with(&format!("{start}{error}")), "{found}");
    }
    let found = change(&without(state_change(), "/detail"))
        .await
        .unwrap_err();
    assert!(found.ends_with(": `detail` is missing or null"), "{found}");

    let found = change(&encoded_twice(&state_change())).await.unwrap_err();
    assert!(
        found.starts_with(&format!("{start}a string of JSON: it is encoded twice")),
        "{found}"
    );

    let twice = state_change()
        .to_string()
        .replacen('{', r#"{"detail":{},"#, 1);
    let found = change(&twice).await.unwrap_err();
    assert!(found.contains("duplicate field `detail`"), "{found}");
}

#[tokio::test]
async fn a_detail_that_is_not_the_type() {
    let start = "`detail` of the EventBridge event is not the JSON of a \
                 `behaviour::decoding::envelopes::eventbridge::StateChange`";
    let detail = |detail: Value| with(state_change(), "/detail", detail);
    for (body, error) in [
        (
            detail(json!({ "instance-id": 5 })),
            ", at `instance-id`: expected a string, found a number",
        ),
        (
            detail(json!({ "instance-id": "i" })),
            ": missing field `state`",
        ),
        (
            detail(json!("text")),
            ": expected struct StateChange, found a string",
        ),
        // As an input transformer makes it that quotes the detail.
        (
            detail(encoded_twice(&json!({ "state": "x" }))),
            ": expected struct StateChange, found a string",
        ),
        (
            detail(json!([])),
            ": expected struct StateChange with 2 elements, found a length of 0",
        ),
    ] {
        let found = change(&body).await.unwrap_err();
        assert!(found.starts_with(&format!("{start}{error}")), "{found}");
    }
}
