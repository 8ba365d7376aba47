//! Standard SQS queues, and functions for both kinds of queues.

use std::{cell::RefCell, time::Duration};

use serde_json::{Value, json};
use stream_handler::{
    lambda_runtime::Diagnostic,
    sqs::SqsMessage,
    stream_handler,
    testing::{
        EventSourceMapping, Fate, InvocationOutcome, Ledger, Loss, Message, NextStep, WhyIgnored,
    },
};

use super::{Event, deliveries, empty_responses, failures, fates, numbered};

fn standard() -> EventSourceMapping<Message> {
    EventSourceMapping::sqs().report_batch_item_failures(true)
}

pub(super) fn messages(event: &Event) -> &Vec<Value> {
    event.payload["Records"].as_array().unwrap()
}

/// The IDs of the messages with these bodies.
pub(super) fn named(event: &Event, bodies: &[&str]) -> Vec<String> {
    let with_body = |m: &&Value| bodies.contains(&m["body"].as_str().unwrap());
    let id = |m: &Value| m["messageId"].as_str().unwrap().to_owned();
    messages(event).iter().filter(with_body).map(id).collect()
}

pub(super) fn bodies(event: &Event) -> String {
    let bodies: Vec<_> = messages(event)
        .iter()
        .map(|m| m["body"].as_str().unwrap())
        .collect();
    bodies.join(" ")
}

#[stream_handler]
pub(super) async fn on_message(
    message: SqsMessage<String>,
    bad: &str,
    ledger: &Ledger,
) -> Result<(), String> {
    ledger.start(message.message_id());
    tokio::task::yield_now().await;
    if bad.split(' ').any(|bad| bad == message.body()) {
        return Err(format!("{} is bad", message.body()));
    }
    ledger.finish(message.message_id());
    Ok(())
}

#[tokio::test]
async fn sqs_events_have_the_form_that_lambda_sends() {
    let seen = RefCell::new(Vec::new());
    let message = Message::new("hello").attribute("kind", "order");
    let report = standard()
        .run([message], |event: Event| {
            seen.borrow_mut().push(event.payload);
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    let id = &report.records()[0].identifier;
    assert_eq!(id.len(), 36, "a UUID");
    let seen = seen.into_inner();
    let handle = seen[0]["Records"][0]["receiptHandle"].as_str().unwrap();
    assert!(handle.starts_with("AQEB") && handle.len() > 180, "{handle}");
    assert_eq!(
        seen[0],
        json!({"Records": [{
            "messageId": id,
            "receiptHandle": handle,
            "body": "hello",
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1704067200000",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1704067200001",
            },
            "messageAttributes": {"kind": {
                "stringValue": "order",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String",
            }},
            "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
            "awsRegion": "us-east-1",
        }]})
    );
}

#[tokio::test]
async fn sqs_batch_size_is_ten_by_default() {
    let report = standard()
        .run(numbered(25), |_: Event| async { Ok::<_, Diagnostic>(()) })
        .await;
    assert_eq!(report.batch_sizes(), [10, 10, 5]);
    report.assert_all_processed();
}

#[tokio::test]
async fn reported_messages_reappear_after_the_visibility_timeout_and_the_others_are_deleted() {
    let seen = RefCell::new(Vec::new());
    let report = standard()
        .visibility_timeout(Duration::from_secs(90))
        .run(numbered(4), |event: Event| {
            let counts = messages(&event).iter().map(|m| {
                let attributes = &m["attributes"];
                assert_eq!(
                    attributes["ApproximateFirstReceiveTimestamp"],
                    "1704067200004"
                );
                attributes["ApproximateReceiveCount"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            });
            seen.borrow_mut()
                .push((bodies(&event), counts.collect::<Vec<_>>().join(" ")));
            let failed = match messages(&event)[0]["attributes"]["ApproximateReceiveCount"].as_str()
            {
                Some("1") => named(&event, &["2", "4"]),
                Some("2") => named(&event, &["4"]),
                _ => Vec::new(),
            };
            async move { Ok::<_, Diagnostic>(failures(&failed)) }
        })
        .await;
    let seen = seen.into_inner();
    let [a, b, c] = &seen[..] else {
        panic!("{seen:?}")
    };
    assert_eq!((&*a.0, &*a.1), ("1 2 3 4", "1 1 1 1"));
    assert_eq!((&*b.0, &*b.1), ("2 4", "2 2"));
    assert_eq!((&*c.0, &*c.1), ("4", "3"));
    let starts: Vec<_> = report
        .invocations()
        .iter()
        .map(|i| i.started_at.as_secs())
        .collect();
    assert_eq!(starts, [0, 90, 180]);
    assert_eq!(deliveries(&report), [1, 2, 1, 3]);
    assert_eq!(report.invocations()[0].next_step, NextStep::ReturnToQueue);
    report.assert_all_processed();
}

#[tokio::test]
async fn an_empty_response_is_a_success_for_a_queue() {
    for response in empty_responses() {
        let report = standard()
            .run(numbered(3), |_: Event| {
                let response = response.clone();
                async move { Ok::<_, Diagnostic>(response) }
            })
            .await;
        assert_eq!(report.batch_sizes(), [3], "{response}");
        report.assert_all_processed();
    }
}

#[tokio::test]
async fn an_invalid_identifier_returns_the_whole_batch_to_the_queue() {
    for item in [
        json!({"itemIdentifier": ""}),
        json!({"itemIdentifier": null}),
        json!({"itemIdentifier": 7}),
        json!({"itemIdentifier": "3f2c9b3e-0000-4000-8000-000000000000"}),
        json!({"messageId": "3f2c9b3e-0000-4000-8000-000000000000"}),
    ] {
        let report = standard()
            .max_receive_count(3)
            .run(numbered(2), |_: Event| {
                let response = json!({"batchItemFailures": [item.clone()]});
                async move { Ok::<_, Diagnostic>(response) }
            })
            .await;
        assert_eq!(report.batch_sizes(), [2, 2, 2], "{item}");
        let outcome = &report.invocations()[0].outcome;
        assert!(
            matches!(outcome, InvocationOutcome::CompleteFailure { .. }),
            "{outcome:?}"
        );
        assert_eq!(fates(&report), [Fate::DeadLettered { receives: 3 }; 2]);
    }
}

#[tokio::test]
async fn invalid_json_is_a_complete_failure_for_a_queue() {
    let report = standard()
        .max_receive_count(2)
        .run(numbered(1), |_: Event| async {
            Ok::<_, Diagnostic>("not a response")
        })
        .await;
    assert_eq!(report.batch_sizes(), [1, 1]);
    report.assert_nothing_lost();
}

#[tokio::test]
async fn without_report_batch_item_failures_the_reported_messages_of_a_queue_are_lost() {
    let report = EventSourceMapping::sqs()
        .run(numbered(4), |event: Event| {
            let failed = named(&event, &["2"]);
            async move { Ok::<_, Diagnostic>(failures(&failed)) }
        })
        .await;
    let lost = Fate::Lost {
        invocation: 1,
        loss: Loss::ResponseIgnored(WhyIgnored::ReportBatchItemFailuresOff),
    };
    // Unlike in a stream, the messages after the reported one are not lost.
    assert_eq!(
        fates(&report),
        [Fate::Processed, lost, Fate::Processed, Fate::Processed]
    );
    let text = report.to_string();
    assert!(text.contains("!! ReportBatchItemFailures is off"), "{text}");
    assert!(text.contains("1 LOST (record 2)"), "{text}");
}

#[tokio::test]
async fn after_a_misspelt_key_the_reported_messages_are_lost() {
    let report = standard()
        .run(numbered(3), |event: Event| {
            let failed = named(&event, &["2"]);
            let failed = json!({"batchItemsFailures": failures(&failed)["batchItemFailures"]});
            async move { Ok::<_, Diagnostic>(failed) }
        })
        .await;
    let lost = Fate::Lost {
        invocation: 1,
        loss: Loss::ResponseIgnored(WhyIgnored::NotUnderBatchItemFailures),
    };
    assert_eq!(fates(&report), [Fate::Processed, lost, Fate::Processed]);
    assert!(report.to_string().contains("no key `batchItemFailures`"));
}

#[tokio::test]
async fn a_function_error_returns_the_whole_batch_to_the_queue() {
    let report = standard()
        .max_receive_count(2)
        .run(numbered(3), |_: Event| async { Err::<(), _>("no") })
        .await;
    assert_eq!(report.batch_sizes(), [3, 3]);
    assert_eq!(fates(&report), [Fate::DeadLettered { receives: 2 }; 3]);
    assert_eq!(report.elapsed().as_secs(), 60);
}

#[tokio::test]
async fn a_batching_window_gathers_messages() {
    let mapping = standard()
        .put_every(Duration::from_secs(1))
        .enabled_after(Duration::ZERO);
    let succeeds = |_: Event| async { Ok::<_, Diagnostic>(()) };
    let report = mapping.run(numbered(6), succeeds).await;
    assert_eq!(report.batch_sizes(), [1; 6]);
    let mapping = mapping.maximum_batching_window(Duration::from_secs(2));
    let report = mapping.run(numbered(6), succeeds).await;
    assert_eq!(report.batch_sizes(), [3, 3]);
}

#[tokio::test]
async fn without_a_dead_letter_queue_a_message_is_delivered_until_it_expires() {
    let ledger = Ledger::new();
    let report = standard()
        .visibility_timeout(Duration::from_secs(12 * 3600))
        .run(numbered(2), |batch| on_message::batch(batch, "2", &ledger))
        .await;
    // It is delivered every twelve hours for four days.
    assert_eq!(deliveries(&report), [1, 8]);
    let lost = Fate::Lost {
        invocation: 8,
        loss: Loss::Expired,
    };
    assert_eq!(fates(&report), [Fate::Processed, lost]);
    assert_eq!(report.elapsed().as_secs(), 4 * 24 * 3600);
}

#[tokio::test(start_paused = true)]
async fn function_errors_lower_the_concurrency_without_report_batch_item_failures() {
    let sleeps_and_fails = |_: Event| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Err::<(), _>("no")
    };
    let at_second = |report: &stream_handler::testing::Report, second| {
        let started = |i: &&stream_handler::testing::Invocation| i.started_at.as_secs() == second;
        report.invocations().iter().filter(started).count()
    };
    let mapping = EventSourceMapping::sqs()
        .batch_size(1)
        .maximum_concurrency(4)
        .max_receive_count(1);
    let report = mapping.run(numbered(12), sleeps_and_fails).await;
    assert_eq!(at_second(&report, 0), 4);
    assert_eq!(at_second(&report, 1), 1);
    let mapping = mapping.report_batch_item_failures(true);
    let report = mapping.run(numbered(12), sleeps_and_fails).await;
    assert_eq!(at_second(&report, 0), 4);
    assert_eq!(at_second(&report, 1), 4);
}
