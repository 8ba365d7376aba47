//! FIFO queues: a failure stops its message group, and the rest of the group is reported with it.

use serde_json::{Value, json};
use stream_handler::{sqs::SqsMessage, stream_handler};
use stream_handler_tests::{
    Calls,
    events::{event, fifo, sqs, with, without},
    failure, invocation,
    logs::Logs,
    reported,
};

#[stream_handler]
async fn on_message(message: SqsMessage<String>, calls: &Calls) -> Result<(), String> {
    calls.add(message.message_id());
    match message.into_body().as_str() {
        "bad" => Err("bad".into()),
        "panic" => std::panic::panic_any(()),
        _ => Ok(()),
    }
}

/// Messages named by their group and a number; those with a `!` fail.
fn messages(names: &[&str]) -> Vec<Value> {
    let message = |name: &&str| {
        let id = name.trim_end_matches('!');
        let body = if name.ends_with('!') { "bad" } else { "good" };
        fifo(id, &id[..1], body)
    };
    names.iter().map(message).collect()
}

/// What is reported of a batch, and what was called.
async fn handle(records: Vec<Value>) -> (Vec<String>, Vec<String>) {
    let calls = Calls::default();
    let response = reported(on_message::batch(invocation(&event(records)), &calls)).await;
    (response, calls.all())
}

#[tokio::test]
async fn a_failure_stops_its_group() {
    for (batch, unprocessed, called) in [
        // The first, a middle and the last message of a group, others beside it.
        ("a1! a2 a3", "a1 a2 a3", "a1"),
        ("a1 a2! a3", "a2 a3", "a1 a2"),
        ("a1 a2 a3!", "a3", "a1 a2 a3"),
        ("a1! b1 a2 b2", "a1 a2", "a1 b1 b2"),
        ("b1 a1! b2 a2 b3", "a1 a2", "b1 a1 b2 b3"),
        ("b1 a1 b2 a2! b3 a3 b4", "a2 a3", "b1 a1 b2 a2 b3 b4"),
        ("a1 b1 a2! b2", "a2", "a1 b1 a2 b2"),
        // Several groups.
        ("a1! b1! c1 a2 b2 c2", "a1 b1 a2 b2", "a1 b1 c1 c2"),
        ("a1 b1! a2! b2 a3 c1", "b1 a2 b2 a3", "a1 b1 a2 c1"),
        ("a1! b1! c1!", "a1 b1 c1", "a1 b1 c1"),
        // One failure of a group is enough.
        ("a1! a2! a3!", "a1 a2 a3", "a1"),
        ("a1 b1 a2 b2", "", "a1 b1 a2 b2"),
    ] {
        let names: Vec<_> = batch.split(' ').collect();
        let (response, calls) = handle(messages(&names)).await;
        assert_eq!(response.join(" "), unprocessed, "{batch}");
        assert_eq!(calls.join(" "), called, "{batch}");
    }
}

#[tokio::test]
async fn what_can_not_be_decoded_stops_its_group() {
    let records = vec![
        without(fifo("a1", "a", "good"), "/body"),
        fifo("a2", "a", "good"),
        fifo("b1", "b", "good"),
    ];
    let (response, calls) = handle(records).await;
    assert_eq!(response, ["a1", "a2"]);
    assert_eq!(calls, ["b1"]);
}

#[tokio::test]
async fn a_panic_stops_its_group() {
    let records = vec![
        fifo("a1", "a", "panic"),
        fifo("a2", "a", "good"),
        fifo("b1", "b", "good"),
    ];
    let (response, calls) = handle(records).await;
    assert_eq!(response, ["a1", "a2"]);
    assert_eq!(calls, ["a1", "b1"]);
}

#[tokio::test]
async fn groups_are_compared_as_text() {
    let plain = event(messages(&["a1!", "a2", "b1"])).to_string();
    let mut once = 0;
    let escaped: String = plain
        .split_inclusive(r#""MessageGroupId":"a""#)
        .map(|part| {
            once += 1;
            if once == 2 {
                part.replace(r#"Id":"a""#, r#"Id":"\u0061""#)
            } else {
                part.into()
            }
        })
        .collect();
    assert!(escaped.contains(r"\u0061"));
    let calls = Calls::default();
    let response = reported(on_message::batch(invocation(&escaped), &calls)).await;
    assert_eq!(response, ["a1", "a2"]);
    assert_eq!(calls.all(), ["a1", "b1"]);
}

#[tokio::test]
async fn a_fair_queue_has_groups_and_no_order() {
    let arn = "arn:aws:sqs:us-east-2:123456789012:standard";
    let records = messages(&["a1!", "a2", "a3!", "b1"]);
    let records = records
        .into_iter()
        .map(|record| with(record, "/eventSourceARN", arn));
    let (response, calls) = handle(records.collect()).await;
    assert_eq!(response, ["a1", "a3"]);
    assert_eq!(calls, ["a1", "a2", "a3", "b1"]);
}

#[tokio::test]
async fn without_an_arn_a_group_is_kept_in_order() {
    for odd in [json!(null), json!(7), json!([])] {
        let records = messages(&["a1!", "b1", "a2"]);
        let records = records
            .into_iter()
            .map(|record| with(record, "/eventSourceARN", odd.clone()));
        let (response, calls) = handle(records.collect()).await;
        assert_eq!(response, ["a1", "a2"]);
        assert_eq!(calls, ["a1", "b1"]);
    }
    // Neither an ARN nor a group: a standard queue.
    let records = ["1", "2", "3"].map(|id| {
        let body = if id == "1" { "bad" } else { "good" };
        without(sqs(id, body), "/eventSourceARN")
    });
    let (response, calls) = handle(records.into()).await;
    assert_eq!(response, ["1"]);
    assert_eq!(calls, ["1", "2", "3"]);
}

#[tokio::test]
async fn the_rest_of_a_group_needs_identifiers_too() {
    let mut records = messages(&["a1!", "b1", "a2"]);
    records[2] = without(records[2].clone(), "/messageId");
    let calls = Calls::default();
    let diagnostic = failure(on_message::batch(invocation(&event(records)), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
    assert_eq!(
        diagnostic.error_message,
        "SQS record 2 of 3 is unprocessed and can't be reported, because its `messageId` is \
         missing, empty or not valid. The invocation fails, so that Lambda delivers the batch again \
         and the record is not lost. What became of it: not started"
    );
}

#[tokio::test]
async fn a_message_of_no_known_group_may_be_of_any() {
    let groupless = |id: &str, body: &str| {
        let message = fifo(id, "a", body);
        [
            without(message.clone(), "/attributes/MessageGroupId"),
            with(message.clone(), "/attributes/MessageGroupId", 7),
            with(message.clone(), "/attributes", json!(null)),
            without(message, "/attributes"),
        ]
    };
    // When it fails, nothing later may overtake it.
    for odd in groupless("x", "bad") {
        let records = [fifo("a1", "a", "good"), odd, fifo("a2", "a", "good")];
        let (response, calls) = handle(records.into()).await;
        assert_eq!(response, ["x", "a2"]);
        assert_eq!(calls, ["a1", "x"]);
    }
    // It overtakes nothing that failed.
    for odd in groupless("x", "good") {
        let records = [
            fifo("a1", "a", "bad"),
            fifo("b1", "b", "good"),
            odd,
            fifo("b2", "b", "good"),
        ];
        let (response, calls) = handle(records.into()).await;
        assert_eq!(response, ["a1", "x", "b2"]);
        assert_eq!(calls, ["a1", "b1"]);
    }
    // And while all goes well it is handled like any other.
    for odd in groupless("x", "good") {
        let records = [fifo("a1", "a", "good"), odd, fifo("b1", "b", "bad")];
        let (response, calls) = handle(records.into()).await;
        assert_eq!(response, ["b1"]);
        assert_eq!(calls, ["a1", "x", "b1"]);
    }
}

#[tokio::test]
async fn nothing_overtakes_a_message_that_can_not_be_read() {
    for odd in [json!(null), json!(5), json!("x"), json!([])] {
        let [first, second, third] = ["a1", "a2", "b1"].map(|id| fifo(id, &id[..1], "good"));
        let (logs, calls) = (Logs::capture(), Calls::default());
        let event = event([first, odd.clone(), second, third]);
        let diagnostic = failure(on_message::batch(invocation(&event), &calls)).await;
        assert_eq!(diagnostic.error_type, "StreamHandler.MissingIdentifier");
        assert_eq!(calls.all(), ["a1"], "{odd}");
        assert_eq!(logs.with("record failed").len(), 1);
    }
}

#[tokio::test]
async fn a_message_that_can_not_be_read_stops_no_standard_queue() {
    let calls = Calls::default();
    let event = event([
        json!(null),
        sqs("1", "good"),
        sqs("2", "bad"),
        sqs("3", "good"),
    ]);
    failure(on_message::batch(invocation(&event), &calls)).await;
    assert_eq!(calls.all(), ["1", "2", "3"]);
}
