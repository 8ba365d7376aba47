//! Failed batches: retries, splits and discards.

use stream_handler::{
    LambdaEvent,
    dynamodb::DynamoDbRecord,
    lambda_runtime::Diagnostic,
    stream_handler,
    testing::{Fate, InvocationOutcome, Ledger, Loss, NextStep, OddSplit, RestWithoutRetries},
};

use super::{
    Event, deliveries, fates, kinesis, numbered, partial, returns_error_on_fourth, unless_bad,
};

#[tokio::test]
async fn errors_panics_and_unreadable_events_are_function_errors() {
    let mapping = partial().invocation_limit(2);
    let fails = mapping
        .run(numbered(3), |_: Event| async {
            Err::<(), _>("no such table")
        })
        .await;
    let panics = mapping
        .run(numbered(3), |event: Event| {
            assert!(event.payload.is_null(), "boom");
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    let panics_later = mapping
        .run(numbered(3), |event: Event| async move {
            tokio::task::yield_now().await;
            assert!(event.payload.is_null(), "boom");
            Ok::<_, Diagnostic>(())
        })
        .await;
    let unreadable = mapping
        .run(numbered(3), |_: LambdaEvent<Vec<u8>>| async {
            Ok::<_, Diagnostic>(())
        })
        .await;
    for (report, expected) in [
        (fails, "no such table"),
        (panics, "Lambda panicked: boom"),
        (panics_later, "Lambda panicked: boom"),
        (unreadable, "failed to deserialize the incoming data"),
    ] {
        assert_eq!(report.batch_sizes(), [3, 3]);
        let [first, _] = report.invocations() else {
            panic!("{report}");
        };
        let InvocationOutcome::FunctionError { error_message, .. } = &first.outcome else {
            panic!("{:?}", first.outcome);
        };
        assert!(error_message.starts_with(expected), "{error_message}");
        assert_eq!(first.next_step, NextStep::Retry);
    }
}

#[tokio::test]
async fn a_function_error_has_the_type_that_the_handler_gives_it() {
    #[stream_handler]
    fn on_change(_record: DynamoDbRecord<()>) {}

    let mapping = partial().invocation_limit(1);
    let report = mapping.run(numbered(1), on_change::batch).await;
    let InvocationOutcome::FunctionError { error_type, .. } = &report.invocations()[0].outcome
    else {
        panic!("{report}");
    };
    assert_eq!(error_type, "StreamHandler.InvalidEvent");
}

// Retries.

#[tokio::test]
async fn the_first_invocation_is_not_a_retry() {
    for retries in [0, 1, 3] {
        let report = kinesis()
            .maximum_retry_attempts(retries)
            .on_failure_destination(true)
            .run(numbered(3), |_: Event| async { Err::<(), _>("no") })
            .await;
        assert_eq!(report.batch_sizes(), vec![3; retries as usize + 1]);
        assert!(!report.reached_invocation_limit());
        assert_eq!(fates(&report), [Fate::Discarded { document: 0 }; 3]);
        report.assert_nothing_lost();
    }
}

/// Recorded on AWS with 6 records, of which the last always fails, a batch size of 3, and 3 retries.
#[tokio::test]
async fn retries_count_from_the_checkpoint() {
    let report = partial()
        .batch_size(3)
        .maximum_retry_attempts(3)
        .on_failure_destination(true)
        .run(numbered(6), |batch| unless_bad::batch(batch, |n| n == 6))
        .await;
    assert_eq!(report.batch_sizes(), [3, 3, 1, 1, 1, 1]);
    assert_eq!(deliveries(&report), [1, 1, 1, 1, 1, 5]);
    let [document] = report.on_failure_documents() else {
        panic!("{report}");
    };
    assert_eq!(document.request_context.approximate_invoke_count, 4);
    assert_eq!(document.batch_info.batch_size, 1);
    assert_eq!(report.records()[5].fate, Fate::Discarded { document: 0 });
}

#[tokio::test]
async fn without_retries_the_records_after_a_checkpoint_are_delivered_by_default() {
    let mapping = partial()
        .maximum_retry_attempts(0)
        .on_failure_destination(true);
    let discard = mapping
        .clone()
        .rest_without_retries(RestWithoutRetries::Discard);
    for (mapping, sizes) in [(mapping, vec![3, 2]), (discard, vec![3])] {
        let report = mapping
            .run(numbered(3), |batch| unless_bad::batch(batch, |n| n == 2))
            .await;
        assert_eq!(report.batch_sizes(), sizes);
        assert_eq!(fates(&report)[0], Fate::Processed);
        assert_eq!(fates(&report)[1..], [Fate::Discarded { document: 0 }; 2]);
    }
}

#[tokio::test]
async fn without_bisect_a_batch_whose_first_record_fails_is_discarded_as_a_whole() {
    let report = partial()
        .maximum_retry_attempts(1)
        .on_failure_destination(true)
        .run(numbered(4), |batch| unless_bad::batch(batch, |n| n == 1))
        .await;
    assert_eq!(report.batch_sizes(), [4, 4]);
    assert_eq!(fates(&report), [Fate::Discarded { document: 0 }; 4]);
}

#[tokio::test]
async fn the_mapping_continues_after_discarded_records_which_are_lost_without_a_destination() {
    let report = partial()
        .batch_size(2)
        .maximum_retry_attempts(0)
        .run(numbered(4), |batch| unless_bad::batch(batch, |n| n == 1))
        .await;
    assert_eq!(report.batch_sizes(), [2, 2]);
    let lost = Fate::Lost {
        invocation: 1,
        loss: Loss::DiscardedWithoutDestination,
    };
    assert_eq!(
        fates(&report),
        [lost, lost, Fate::Processed, Fate::Processed]
    );
    assert!(report.on_failure_documents().is_empty());
}

// Bisecting.

#[tokio::test]
async fn a_split_does_not_use_up_a_retry() {
    let report = kinesis()
        .bisect_batch_on_function_error(true)
        .maximum_retry_attempts(1)
        .on_failure_destination(true)
        .run(numbered(4), |event: Event| {
            let records = event.payload["Records"].as_array().unwrap();
            let four = "NA=="; // 4 in base64
            let bad = records.iter().any(|r| r["kinesis"]["data"] == four);
            async move { if bad { Err("4 is bad") } else { Ok(()) } }
        })
        .await;
    assert_eq!(report.batch_sizes(), [4, 2, 2, 1, 1, 1]);
    let steps: Vec<_> = report.invocations().iter().map(|i| i.next_step).collect();
    assert_eq!(
        steps,
        [
            NextStep::Bisect,
            NextStep::Continue,
            NextStep::Bisect,
            NextStep::Continue,
            NextStep::Retry,
            NextStep::Discard,
        ]
    );
    assert_eq!(fates(&report)[..3], [Fate::Processed; 3]);
    assert_eq!(report.records()[3].fate, Fate::Discarded { document: 0 });
}

#[tokio::test]
async fn bisect_splits_after_function_errors_even_with_report_batch_item_failures() {
    let ledger = Ledger::new();
    let report = partial()
        .bisect_batch_on_function_error(true)
        .run(numbered(10), |event| {
            returns_error_on_fourth(event, &ledger)
        })
        .await;
    assert_eq!(report.batch_sizes(), [10, 5, 2, 3, 5, 2, 3]);
}

#[tokio::test]
async fn an_odd_batch_is_split_with_the_smaller_half_first_by_default() {
    let ledger = Ledger::new();
    let smaller_first = kinesis().bisect_batch_on_function_error(true);
    let larger_first = smaller_first.clone().odd_split(OddSplit::LargerHalfFirst);
    for (mapping, sizes) in [(smaller_first, [5, 2, 3]), (larger_first, [5, 3, 2])] {
        let report = mapping
            .run(numbered(5), |event| returns_error_on_fourth(event, &ledger))
            .await;
        assert_eq!(report.batch_sizes(), sizes);
    }
}

#[tokio::test]
async fn bisect_isolates_the_reported_record() {
    let report = partial()
        .bisect_batch_on_function_error(true)
        .maximum_retry_attempts(2)
        .on_failure_destination(true)
        .run(numbered(10), |batch| unless_bad::batch(batch, |n| n == 4))
        .await;
    // Records 4 to 10 are left. Since the first of them fails, they are split until it is alone.
    assert_eq!(report.batch_sizes(), [10, 7, 3, 1, 1, 1, 2, 4]);
    let mut expected = [Fate::Processed; 10];
    expected[3] = Fate::Discarded { document: 0 };
    assert_eq!(fates(&report), expected);
    assert_eq!(report.on_failure_documents().len(), 1);
}
