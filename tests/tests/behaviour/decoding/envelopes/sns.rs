//! SNS notifications.

use serde_json::{Value, json};
use stream_handler::{Bytes, Data, Json, Payload, sns::Sns, sqs::SqsMessage, stream_handler};
use stream_handler_tests::{
    Calls,
    events::{event, sqs, with, without},
    invocation, reported,
};

use super::{Order, encoded_twice, message, result};

#[stream_handler]
async fn on_order(message: SqsMessage<Sns<Json<Order>>>, calls: &Calls) {
    calls.add(message.body().message().id.to_string());
}

async fn order(body: &impl ToString) -> Result<Vec<String>, String> {
    let calls = Calls::default();
    result(&calls, on_order::batch(invocation(&message(body)), &calls)).await
}

/// A notification as the Developer Guide shows one.
fn notification(message: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "dc1e94d9-56c5-5e96-808d-cc7f68faa162",
        "TopicArn": "arn:aws:sns:us-east-2:111122223333:ExampleTopic1",
        "Subject": "TestSubject",
        "Message": message,
        "Timestamp": "2021-02-16T21:41:19.978Z",
        "SignatureVersion": "1",
        "Signature": "FMG5tlZhJNHLHUXvZgtZzlk24FzVa7oX0T4P03neeXw8ZEXZx6z35j2FOTuNYShn2h0bKNC",
        "SigningCertURL": "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-0.pem",
        "UnsubscribeURL": "https://sns.us-east-2.amazonaws.com/?Action=Unsubscribe",
        "MessageAttributes": {
            "kind": { "Type": "String", "Value": "an \"order\"" },
            "weight": { "Type": "Number", "Value": "7.5" },
            "tags": { "Type": "String.Array", "Value": "[\"a\",\"b\"]" },
            "image": { "Type": "Binary", "Value": "/wD/" },
            "odd": { "Type": "String" }
        }
    })
}

/// The error of a body that is taken for a message without an envelope.
fn raw(found: &str) -> String {
    format!(
        "the payload is not an SNS notification, it is {found}. If the subscription has raw \
         message delivery enabled, the payload is the message itself: take it without `Sns`"
    )
}

#[tokio::test]
async fn the_message_is_decoded() {
    assert_eq!(order(&notification(r#"{"id":7}"#)).await.unwrap(), ["7"]);
    // All that is not needed may be missing, or be anything.
    let bare = json!({ "Message": "{\"id\":8}", "Type": "Notification", "TopicArn": [5] });
    assert_eq!(order(&bare).await.unwrap(), ["8"]);
}

#[tokio::test]
async fn a_message_of_any_payload() {
    #[stream_handler]
    fn text(message: SqsMessage<Sns<String>>, calls: &Calls) {
        calls.add(message.into_body().into_message());
    }
    #[stream_handler]
    fn bytes(message: SqsMessage<Sns<Bytes>>, calls: &Calls) {
        calls.add(format!("{:?}", message.body().message()));
    }
    let calls = Calls::default();
    let batch = event(
        ["plain", "a \"quoted\"\n🔑", ""].map(|text| sqs("1", &notification(text).to_string())),
    );
    assert!(
        reported(text::batch(invocation(&batch), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["plain", "a \"quoted\"\n🔑", ""]);

    let calls = Calls::default();
    // Not base64: a message is text.
    let batch = message(&notification("YQ=="));
    assert!(
        reported(bytes::batch(invocation(&batch), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["b\"YQ==\""]);
}

#[test]
fn what_else_a_notification_holds() {
    let json = notification("hello").to_string();
    let sns = Sns::<String>::decode(Data::text(&json)).unwrap();
    assert_eq!(sns.message(), "hello");
    assert_eq!(
        sns.topic_arn().unwrap(),
        "arn:aws:sns:us-east-2:111122223333:ExampleTopic1"
    );
    assert_eq!(
        sns.message_id().unwrap(),
        "dc1e94d9-56c5-5e96-808d-cc7f68faa162"
    );
    assert_eq!(sns.subject().unwrap(), "TestSubject");
    assert_eq!(sns.timestamp().unwrap(), "2021-02-16T21:41:19.978Z");
    assert_eq!(sns.json(), json);
    for (name, data_type, value) in [
        ("kind", "String", "an \"order\""),
        ("weight", "Number", "7.5"),
        ("tags", "String.Array", "[\"a\",\"b\"]"),
        ("image", "Binary", "/wD/"),
    ] {
        let attribute = sns.message_attribute(name).unwrap();
        assert_eq!(
            (&*attribute.data_type, &*attribute.value),
            (data_type, value)
        );
    }
    assert_eq!(sns.message_attribute("odd"), None);
    assert_eq!(sns.message_attribute("other"), None);
    let text = format!("{sns:?}");
    assert!(
        text.contains("ExampleTopic1") && text.contains("hello"),
        "{text}"
    );
}

#[test]
fn what_may_be_missing() {
    let sparse = json!({ "Type": "Notification", "Message": "m", "Subject": null, "TopicArn": 5 });
    let sns = Sns::<String>::decode(Data::text(sparse.to_string())).unwrap();
    assert_eq!(sns.subject(), None);
    assert_eq!(sns.topic_arn(), None);
    assert_eq!(sns.message_id(), None);
    assert_eq!(sns.message_attribute("a"), None);
    let made = Sns::new(7);
    assert_eq!(
        (made.topic_arn(), made.json(), *made.message()),
        (None, "", 7)
    );
}

#[tokio::test]
async fn raw_message_delivery() {
    for (body, found) in [
        (r#"{"id":7}"#, "an object with `id`"),
        (
            r#"{"id":7,"Message":"m"}"#,
            "an object with `Message`, `id`",
        ),
        (r#"{"Type":"order","id":7}"#, "an object with `Type`, `id`"),
        (r#"{"4111":7,"id":7}"#, "an object with `id`, other keys"),
        (r#"{"4111":7}"#, "an object with other keys"),
        ("{}", "an empty object"),
        ("[]", "an array"),
        ("7", "a number"),
        ("null", "null"),
        (r#""text""#, "a string"),
    ] {
        let error = order(&body).await.unwrap_err();
        assert!(error.starts_with(&raw(found)), "{error}");
    }
    for body in ["a plain text", "", "{\"id\":", "<xml/>"] {
        let error = order(&body).await.unwrap_err();
        assert!(error.starts_with(&raw("not JSON")), "{body}: {error}");
    }
}

#[tokio::test]
async fn messages_about_a_subscription() {
    for kind in ["SubscriptionConfirmation", "UnsubscribeConfirmation"] {
        let body = with(notification("You have chosen to subscribe"), "/Type", kind);
        let body = with(
            body,
            "/SubscribeURL",
            "https://sns.us-east-2.amazonaws.com/?Action=Confirm",
        );
        assert_eq!(
            order(&body).await.unwrap_err(),
            format!(
                "`Type` is `{kind}`, not `Notification`: SNS asks to confirm it, by a visit to the \
                 `SubscribeURL` in the message"
            )
        );
    }
}

#[tokio::test]
async fn a_type_that_is_none() {
    let all = "an object with `Message`, `MessageAttributes`, `MessageId`, `Signature`, \
               `SignatureVersion`, `SigningCertURL`, `Subject`, `Timestamp`, other keys";
    let body = notification(r#"{"id":7}"#);
    let error = order(&without(body.clone(), "/Type")).await.unwrap_err();
    assert_eq!(error, raw(all));
    let error = order(&with(body.clone(), "/Type", "notification"))
        .await
        .unwrap_err();
    assert!(
        error.starts_with("the payload is not an SNS notification"),
        "{error}"
    );
    let error = order(&with(body, "/Type", 5)).await.unwrap_err();
    assert!(
        error.contains(", at `Type`: expected a string, found a number"),
        "{error}"
    );
}

#[tokio::test]
async fn a_message_that_is_none() {
    let body = notification("");
    for odd in [
        without(body.clone(), "/Message"),
        with(body.clone(), "/Message", Value::Null),
    ] {
        let error = order(&odd).await.unwrap_err();
        assert_eq!(error, "`Message` of the SNS notification is missing");
    }
    for odd in [json!({ "id": 7 }), json!(7), json!([]), json!(true)] {
        let error = order(&with(body.clone(), "/Message", odd))
            .await
            .unwrap_err();
        let start = "`Message` of the SNS notification is not a valid string, at `Message`: expected a string, found ";
        assert!(error.starts_with(start), "{error}");
    }
    // Half of a surrogate pair, which JSON can write and Unicode doesn't have.
    let lone = notification("LONE").to_string().replace("LONE", r"\ud83d");
    let error = order(&lone).await.unwrap_err();
    assert!(
        error.starts_with("`Message` of the SNS notification is not a valid string"),
        "{error}"
    );
}

#[tokio::test]
async fn a_message_that_is_not_the_payload() {
    let start = "`Message` of the SNS notification can't be decoded: the payload is not the JSON \
                 of a `behaviour::decoding::envelopes::Order`";
    for (message, error) in [
        (r#"{"id":"x"}"#, ", at `id`: expected u64, found a string"),
        ("{}", ": missing field `id`"),
        ("plain text", ": expected value"),
        // Encoded twice by who published it.
        (r#""{\"id\":7}""#, ": expected struct Order, found a string"),
    ] {
        let found = order(&notification(message)).await.unwrap_err();
        assert!(found.starts_with(&format!("{start}{error}")), "{found}");
    }
}

#[tokio::test]
async fn bodies_that_are_damaged() {
    let body = notification(r#"{"id":7}"#);
    let error = order(&encoded_twice(&body)).await.unwrap_err();
    assert!(
        error.starts_with(&raw("a string of JSON: it is encoded twice")),
        "{error}"
    );

    let text = body.to_string();
    assert!(
        order(&&text[..text.len() - 1])
            .await
            .unwrap_err()
            .starts_with(&raw("not JSON"))
    );
    assert!(
        order(&format!("{text} and more"))
            .await
            .unwrap_err()
            .contains("trailing characters")
    );

    // Either of the two may be meant.
    let twice = text.replacen('{', r#"{"Message":"{}","#, 1);
    let error = order(&twice).await.unwrap_err();
    assert!(error.contains("duplicate field `Message`"), "{error}");

    let deep = format!(
        r#"{{"Type":"Notification","Message":{}"#,
        "[".repeat(100_000)
    );
    assert!(order(&deep).await.is_err());
}

#[tokio::test]
async fn one_bad_notification_costs_no_other() {
    let calls = Calls::default();
    let batch = event([
        sqs("1", &notification(r#"{"id":1}"#).to_string()),
        sqs("2", r#"{"id":2}"#),
        sqs("3", &notification(r#"{"id":3}"#).to_string()),
    ]);
    assert_eq!(
        reported(on_order::batch(invocation(&batch), &calls)).await,
        ["2"]
    );
    assert_eq!(calls.all(), ["1", "3"]);
}
