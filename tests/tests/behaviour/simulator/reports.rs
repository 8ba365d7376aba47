//! The report, the assertions, and the ledger.

use serde_json::json;
use stream_handler::{
    lambda_runtime::Diagnostic,
    testing::{EventSourceMapping, Fate, Ledger, Loss, PutRecord, WhyIgnored},
};

use super::{
    Event, failures, fates, kinesis, numbered, partial, returns_error_on_fourth, sequence_numbers,
    unless_bad,
};

#[tokio::test]
async fn a_record_that_the_ledger_does_not_have_as_finished_is_lost() {
    let ledger = Ledger::new();
    let skips_the_second = |event: Event| {
        for (position, number) in sequence_numbers(&event).iter().enumerate() {
            ledger.start(number);
            if position != 1 {
                ledger.finish(number);
            }
        }
        async { Ok::<_, Diagnostic>(()) }
    };
    let mapping = partial().ledger(&ledger);
    let report = mapping.run(numbered(3), skips_the_second).await;
    let lost = Fate::Lost {
        invocation: 1,
        loss: Loss::NeverFinished,
    };
    assert_eq!(fates(&report), [Fate::Processed, lost, Fate::Processed]);
    assert!(report.unknown_in_ledger().is_empty());
    // The next simulation clears the ledger.
    let report = mapping.run(numbered(3), skips_the_second).await;
    assert_eq!(report.records()[0].finished, Some(1));
}

#[tokio::test]
async fn if_lambda_ignores_the_response_only_unfinished_records_are_lost() {
    let ledger = Ledger::new();
    let report = kinesis()
        .ledger(&ledger)
        .run(numbered(3), |event: Event| {
            let numbers = sequence_numbers(&event);
            ledger.finish(&numbers[0]);
            ledger.finish(&numbers[2]);
            async move { Ok::<_, Diagnostic>(failures([&numbers[1]])) }
        })
        .await;
    let lost = Fate::Lost {
        invocation: 1,
        loss: Loss::ResponseIgnored(WhyIgnored::ReportBatchItemFailuresOff),
    };
    assert_eq!(fates(&report), [Fate::Processed, lost, Fate::Processed]);
}

#[tokio::test]
async fn the_report_lists_identifiers_in_the_ledger_that_no_record_has() {
    let ledger = Ledger::new();
    let report = kinesis()
        .ledger(&ledger)
        .run(numbered(1), |_: Event| {
            ledger.finish("0");
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    assert_eq!(report.unknown_in_ledger(), ["0"]);
    assert_eq!(report.lost().count(), 1);
}

// The mapping.

#[tokio::test]
async fn a_stream_is_delivered_in_batches_of_the_batch_size() {
    let mapping = EventSourceMapping::kinesis();
    let succeeds = |_: Event| async { Ok::<_, Diagnostic>(()) };
    let report = mapping.run(numbered(250), succeeds).await;
    assert_eq!(report.batch_sizes(), [100, 100, 50]);
    let report = mapping.run(numbered(0), succeeds).await;
    assert!(report.batch_sizes().is_empty());
}

#[tokio::test]
async fn a_simulation_is_send_if_its_handler_is() {
    let run = tokio::spawn(async {
        let ledger = Ledger::new();
        partial()
            .ledger(&ledger)
            .run(numbered(10), |event| {
                returns_error_on_fourth(event, &ledger)
            })
            .await
    });
    assert!(run.await.unwrap().reached_invocation_limit());
}

#[test]
fn settings_have_the_limits_that_aws_documents() {
    let is_refused = |set: fn(EventSourceMapping<PutRecord>) -> EventSourceMapping<PutRecord>| {
        set(kinesis()).validate().is_err()
    };
    assert!(is_refused(|mapping| mapping.batch_size(0)));
    assert!(!is_refused(|mapping| mapping.batch_size(1)));
    assert!(!is_refused(|mapping| mapping.batch_size(10_000)));
    assert!(is_refused(|mapping| mapping.batch_size(10_001)));
    assert!(!is_refused(|mapping| mapping.maximum_retry_attempts(None)));
    assert!(!is_refused(|mapping| mapping.maximum_retry_attempts(10_000)));
    assert!(is_refused(|mapping| mapping.maximum_retry_attempts(10_001)));
}

// The report.

#[tokio::test]
async fn the_report_displays_as_a_timeline() {
    let report = partial()
        .bisect_batch_on_function_error(true)
        .maximum_retry_attempts(2)
        .on_failure_destination(true)
        .run(numbered(4), |batch| unless_bad::batch(batch, |n| n == 3))
        .await;
    assert_eq!(report.to_string(), include_str!("timeline.txt"));
}

#[tokio::test]
async fn the_report_of_many_records_fits_a_terminal() {
    let report = EventSourceMapping::kinesis()
        .report_batch_item_failures(true)
        .maximum_retry_attempts(2)
        .on_failure_destination(true)
        .invocation_limit(1000)
        .run(numbered(3000), |batch| {
            unless_bad::batch(batch, |n| n % 100 == 0)
        })
        .await;
    let text = report.to_string();
    assert!(text.lines().count() < 60, "{text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[tokio::test]
async fn the_report_serialises_to_json() {
    let report = partial()
        .maximum_retry_attempts(0)
        .run(numbered(1), |batch| unless_bad::batch(batch, |n| n == 1))
        .await;
    let number = &report.records()[0].identifier;
    assert_eq!(
        serde_json::to_value(&report).unwrap(),
        json!({
            "eventSource": "Kinesis",
            "settings": ["BatchSize 10", "MaximumRetryAttempts 0", "ReportBatchItemFailures"],
            "invocations": [{
                "number": 1,
                "startedAtMillis": 0,
                "endedAtMillis": 0,
                "place": "shardId-000000000000",
                "identifiers": [number],
                "outcome": {"partialSuccess": {"checkpoint": number}},
                "nextStep": "discard",
            }],
            "records": [{
                "identifier": number,
                "key": "1",
                "deliveries": 1,
                "started": null,
                "finished": null,
                "fate": {"lost": {"invocation": 1, "loss": "discardedWithoutDestination"}},
            }],
            "onFailureDocuments": [],
            "orderViolations": [],
            "elapsedMillis": 0,
            "reachedInvocationLimit": false,
            "unknownInLedger": [],
        })
    );
}

fn message(assertion: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(assertion).unwrap_err();
    *panic.downcast::<String>().unwrap()
}

#[tokio::test]
async fn a_failed_assertion_says_which_record_and_why() {
    let blocked = partial()
        .invocation_limit(3)
        .run(numbered(4), |batch| unless_bad::batch(batch, |n| n == 3))
        .await;
    let text = message(|| blocked.assert_nothing_blocked());
    let number = &blocked.records()[2].identifier;
    let expected = format!("record 3 ({number}): delivered 3 times, but unprocessed");
    assert!(
        text.starts_with("2 of 4 records are still in the stream:"),
        "{text}"
    );
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains("batch sizes: 4 → 2 → 2"), "{text}");
    let text = message(|| blocked.assert_all_processed());
    assert!(text.contains("still in the stream"), "{text}");

    let dead = EventSourceMapping::sqs()
        .max_receive_count(2)
        .run(["a"], |_: Event| async { Err::<(), _>("no") })
        .await;
    dead.assert_nothing_lost();
    dead.assert_nothing_blocked();
    let text = message(|| dead.assert_all_processed());
    assert!(
        text.contains("dead-lettered after it was received 2 times"),
        "{text}"
    );

    let lost = kinesis()
        .maximum_retry_attempts(0)
        .run(numbered(20), |_: Event| async { Err::<(), _>("no") })
        .await;
    let text = message(|| lost.assert_nothing_lost());
    assert!(text.contains("has no on-failure destination"), "{text}");
    assert!(text.contains("and 15 more"), "{text}");
}

#[tokio::test]
async fn a_timeline_of_queues_and_faults_fits_a_terminal() {
    for records in [1, 12, 500] {
        let report = EventSourceMapping::sqs()
            .max_receive_count(5)
            .faults(stream_handler::testing::Faults::seeded(4).all(0.1))
            .invocation_limit(10_000)
            .run(numbered(records), |event: Event| {
                let first = event.payload["Records"][0]["messageId"].clone();
                let failures = json!({"batchItemFailures": [{"itemIdentifier": first}]});
                async { Ok::<_, Diagnostic>(failures) }
            })
            .await;
        let text = report.to_string();
        assert!(text.lines().count() < 70, "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
