//! How Lambda reads a response.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};
use stream_handler::{
    lambda_runtime::Diagnostic,
    testing::{
        EventSourceMapping, Fate, InvocationOutcome, ItemChange, Loss, MalformedResponse, NextStep,
        PutRecord, Report, WhyIgnored,
    },
};

use super::{
    Event, empty_responses, failures, fates, kinesis, numbered, partial, sequence_numbers,
    unless_bad,
};

/// Delivers ten records in one batch. The first response is made from the batch's sequence numbers, and
/// all later ones are successes.
async fn first_response(
    mapping: &EventSourceMapping<PutRecord>,
    response: impl Fn(&[String]) -> Value,
) -> Report {
    let first = Cell::new(true);
    mapping
        .run(numbered(10), |event: Event| {
            let response = if first.replace(false) {
                response(&sequence_numbers(&event))
            } else {
                json!({})
            };
            async move { Ok::<_, Diagnostic>(response) }
        })
        .await
}

/// Asserts that the whole batch is retried after this response.
async fn assert_complete_failure(response: Value) {
    let report = first_response(&partial(), |_| response.clone()).await;
    assert_eq!(report.batch_sizes(), [10, 10], "{response}");
    let outcome = &report.invocations()[0].outcome;
    assert!(
        matches!(outcome, InvocationOutcome::CompleteFailure { .. }),
        "{response}: {outcome:?}"
    );
    report.assert_nothing_lost();
}

#[tokio::test]
async fn empty_responses_are_complete_successes() {
    for response in empty_responses() {
        let report = first_response(&partial(), |_| response.clone()).await;
        assert_eq!(report.batch_sizes(), [10], "{response}");
        assert_eq!(report.invocations()[0].outcome, InvocationOutcome::Success);
        assert_eq!(report.invocations()[0].next_step, NextStep::Continue);
        report.assert_nothing_lost();
    }
}

#[tokio::test]
async fn an_empty_identifier_is_a_complete_failure() {
    assert_complete_failure(json!({"batchItemFailures": [{"itemIdentifier": ""}]})).await;
}

#[tokio::test]
async fn a_null_identifier_is_a_complete_failure() {
    assert_complete_failure(json!({"batchItemFailures": [{"itemIdentifier": null}]})).await;
}

#[tokio::test]
async fn an_identifier_of_the_wrong_type_is_a_complete_failure() {
    for identifier in [json!(4), json!(["4"]), json!({}), json!(true)] {
        let item = json!({"itemIdentifier": identifier});
        assert_complete_failure(json!({"batchItemFailures": [item]})).await;
    }
    assert_complete_failure(json!({"batchItemFailures": ["4"]})).await;
    assert_complete_failure(json!({"batchItemFailures": [null]})).await;
}

#[tokio::test]
async fn an_unknown_identifier_is_a_complete_failure() {
    assert_complete_failure(json!({"batchItemFailures": [{"itemIdentifier": "4"}]})).await;
    // The event ID is not the sequence number.
    let report = first_response(&partial(), |numbers| {
        failures([&format!("shardId-000000000000:{}", numbers[3])])
    })
    .await;
    assert_eq!(report.batch_sizes(), [10, 10]);
}

#[tokio::test]
async fn an_identifier_of_another_batch_is_a_complete_failure() {
    let earlier = RefCell::new(Vec::new());
    let report = partial()
        .batch_size(2)
        .invocation_limit(3)
        .run(numbered(4), |event: Event| {
            let response = failures(earlier.borrow().first());
            earlier.borrow_mut().extend(sequence_numbers(&event));
            async move { Ok::<_, Diagnostic>(response) }
        })
        .await;
    assert_eq!(report.batch_sizes(), [2, 2, 2]);
    let [processed, blocked] = [Fate::Processed, Fate::Blocked];
    assert_eq!(fates(&report), [processed, processed, blocked, blocked]);
}

#[tokio::test]
async fn an_identifier_under_a_wrong_key_is_a_complete_failure() {
    for key in ["ItemIdentifier", "item_identifier", "sequenceNumber"] {
        let report = first_response(
            &partial(),
            |numbers| json!({"batchItemFailures": [{key: numbers[3]}]}),
        )
        .await;
        assert_eq!(report.batch_sizes(), [10, 10], "{key}");
    }
}

#[tokio::test]
async fn one_invalid_item_among_valid_ones_is_a_complete_failure() {
    let report = first_response(&partial(), |numbers| {
        json!({"batchItemFailures": [{"itemIdentifier": numbers[3]}, {"itemIdentifier": ""}]})
    })
    .await;
    assert_eq!(report.batch_sizes(), [10, 10]);
}

#[tokio::test]
async fn a_malformed_response_is_a_complete_failure_by_default() {
    for response in [
        json!("ok"),
        json!(1),
        json!([1]),
        json!({"batchItemFailures": "4"}),
    ] {
        assert_complete_failure(response.clone()).await;
        let lenient = partial().malformed_response(MalformedResponse::Success);
        let report = first_response(&lenient, |_| response.clone()).await;
        assert_eq!(report.batch_sizes(), [10], "{response}");
    }
}

#[tokio::test]
async fn the_lowest_reported_sequence_number_is_the_checkpoint_in_any_order() {
    let report = first_response(&partial(), |numbers| {
        failures([&numbers[8], &numbers[3], &numbers[5]])
    })
    .await;
    // Records after the checkpoint are retried even if they were processed.
    assert_eq!(report.batch_sizes(), [10, 7]);
    let [first, second] = report.invocations() else {
        panic!("{report}");
    };
    let checkpoint = first.identifiers[3].clone();
    let expected = InvocationOutcome::PartialSuccess { checkpoint };
    assert_eq!(first.outcome, expected);
    assert_eq!(first.next_step, NextStep::ResumeFromCheckpoint);
    assert_eq!(second.identifiers, first.identifiers[3..]);
}

#[tokio::test]
async fn sequence_numbers_are_compared_by_value_and_not_as_strings() {
    let first = Cell::new(true);
    let changes = (0..6).map(|id| ItemChange::insert(&json!({"id": id}), &json!({})));
    let report = EventSourceMapping::dynamodb()
        .report_batch_item_failures(true)
        .run(changes, |event: Event| {
            let numbers = sequence_numbers(&event);
            let response = if first.replace(false) {
                assert!(numbers[1] > numbers[4], "as strings they descend");
                failures([&numbers[4], &numbers[1]])
            } else {
                json!({})
            };
            async move { Ok::<_, Diagnostic>(response) }
        })
        .await;
    assert_eq!(report.batch_sizes(), [6, 5]);
}

#[tokio::test]
async fn after_a_misspelt_key_the_reported_records_are_lost() {
    for key in [
        "batchItemFailure",
        "BatchItemFailures",
        "batch_item_failures",
    ] {
        let report = first_response(
            &partial(),
            |numbers| json!({key: [{"itemIdentifier": numbers[3]}]}),
        )
        .await;
        assert_eq!(report.batch_sizes(), [10], "{key}");
        let because = WhyIgnored::NotUnderBatchItemFailures;
        let lost = Fate::Lost {
            invocation: 1,
            loss: Loss::ResponseIgnored(because),
        };
        assert_eq!(fates(&report)[..3], [Fate::Processed; 3]);
        assert_eq!(fates(&report)[3..], [lost; 7]);
        let first = report.records()[3].identifier.clone();
        let expected = InvocationOutcome::Ignored { first, because };
        assert_eq!(report.invocations()[0].outcome, expected);
    }
}

/// A handler may list the records that it processed under a key of its own.
#[tokio::test]
async fn a_response_that_lists_processed_records_loses_nothing() {
    for mapping in [partial(), partial().report_batch_item_failures(false)] {
        let report = first_response(&mapping, |numbers| json!({"processed": numbers})).await;
        assert_eq!(fates(&report), [Fate::Processed; 10]);
        report.assert_nothing_lost();
    }
}

#[tokio::test]
async fn keys_beside_batch_item_failures_are_ignored() {
    let report = first_response(
        &partial(),
        |numbers| json!({"batchItemFailures": [], "processed": numbers}),
    )
    .await;
    assert_eq!(report.batch_sizes(), [10]);
    report.assert_nothing_lost();
}

#[tokio::test]
async fn without_report_batch_item_failures_every_response_is_a_success() {
    let item = json!({"itemIdentifier": ""});
    for response in [json!("ok"), json!({"batchItemFailures": [item]})] {
        let report = first_response(&kinesis(), |_| response.clone()).await;
        assert_eq!(report.batch_sizes(), [10], "{response}");
        assert_eq!(report.invocations()[0].outcome, InvocationOutcome::Success);
    }
}

#[tokio::test]
async fn without_report_batch_item_failures_the_reported_records_of_a_stream_are_lost() {
    let report = kinesis()
        .run(numbered(10), |batch| unless_bad::batch(batch, |n| n == 4))
        .await;
    assert_eq!(report.batch_sizes(), [10]);
    let lost = Fate::Lost {
        invocation: 1,
        loss: Loss::ResponseIgnored(WhyIgnored::ReportBatchItemFailuresOff),
    };
    assert_eq!(fates(&report)[..3], [Fate::Processed; 3]);
    assert_eq!(fates(&report)[3..], [lost; 7]);
    assert_eq!(report.lost().count(), 7);
    let text = report.to_string();
    assert!(text.contains("7 LOST (records 4–10)"), "{text}");
}

#[tokio::test]
#[should_panic(expected = "the mapping has ReportBatchItemFailures off")]
async fn the_assertion_explains_the_loss() {
    let report = kinesis()
        .run(numbered(10), |batch| unless_bad::batch(batch, |n| n == 4))
        .await;
    report.assert_nothing_lost();
}
