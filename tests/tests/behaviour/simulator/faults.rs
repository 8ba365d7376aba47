//! Injected faults, the function's timeout, and the clock.

use std::{cell::Cell, time::Duration};

use stream_handler::{
    lambda_runtime::Diagnostic,
    testing::{EventSourceMapping, Fate, Fault, Faults, InvocationOutcome, Ledger, NextStep},
};

use super::{Event, deliveries, kinesis, numbered, partial, sequence_numbers};

#[tokio::test]
async fn throttles_do_not_use_up_retries() {
    let report = kinesis()
        .maximum_retry_attempts(0)
        .faults(Faults::seeded(1).throttles(1.0).at_most(5))
        .run(numbered(3), |_: Event| async { Ok::<_, Diagnostic>(()) })
        .await;
    assert_eq!(report.invocations().len(), 6);
    assert_eq!(report.batch_sizes(), [3], "the function was invoked once");
    assert_eq!(deliveries(&report), [1; 3]);
    assert_eq!(
        report.invocations()[0].outcome,
        InvocationOutcome::Throttled
    );
    assert_eq!(report.invocations()[0].next_step, NextStep::Retry);
    report.assert_all_processed();
}

#[tokio::test]
async fn after_a_throttle_a_queue_delivers_again_when_the_visibility_timeout_ends() {
    let report = EventSourceMapping::sqs()
        .faults(Faults::seeded(1).throttles(1.0).at_most(1))
        .run(numbered(1), |event: Event| async move {
            let attributes = &event.payload["Records"][0]["attributes"];
            assert_eq!(attributes["ApproximateReceiveCount"], "2");
            Ok::<_, Diagnostic>(())
        })
        .await;
    assert_eq!(report.elapsed().as_secs(), 30);
    report.assert_all_processed();
}

#[tokio::test]
async fn injected_errors_panics_timeouts_and_crashes_are_function_errors() {
    let no = Faults::seeded(3);
    for (fault, faults, works) in [
        (Fault::FunctionError, no.clone().function_errors(1.0), false),
        (Fault::Panic, no.clone().panics(1.0), false),
        (Fault::Timeout, no.clone().timeouts(1.0), false),
        (Fault::Crash, no.clone().crashes(1.0), true),
    ] {
        let finished = Cell::new(0);
        let report = partial()
            .faults(faults.at_most(1))
            .run(numbered(2), |_: Event| async {
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                finished.set(finished.get() + 1);
                Ok::<_, Diagnostic>(())
            })
            .await;
        let first = &report.invocations()[0];
        assert_eq!(first.fault, Some(fault));
        assert!(
            matches!(first.outcome, InvocationOutcome::FunctionError { .. }),
            "{first:?}"
        );
        assert_eq!(first.next_step, NextStep::Retry);
        assert_eq!(finished.get(), if works { 2 } else { 1 }, "{fault}");
        report.assert_all_processed();
    }
}

#[tokio::test]
async fn delivery_is_at_least_once() {
    let faults = Faults::seeded(5).duplicates(1.0).at_most(1);
    let ledger = Ledger::new();
    let finish = |event: &Event, pointer: &str| {
        for record in event.payload["Records"].as_array().unwrap() {
            ledger.finish(record.pointer(pointer).unwrap().as_str().unwrap());
        }
    };
    let report = kinesis()
        .maximum_retry_attempts(0)
        .faults(faults.clone())
        .ledger(&ledger)
        .run(numbered(3), |event: Event| {
            finish(&event, "/kinesis/sequenceNumber");
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    assert_eq!(deliveries(&report), [2; 3]);
    assert_eq!(report.wasted(), Some(3));
    report.assert_all_processed();

    // The queue doesn't know that the message was processed. It can even dead-letter it.
    let report = EventSourceMapping::sqs()
        .max_receive_count(1)
        .faults(faults)
        .ledger(&ledger)
        .run(numbered(1), |event: Event| {
            finish(&event, "/messageId");
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    assert_eq!(report.records()[0].finished, Some(1));
    assert_eq!(report.records()[0].fate, Fate::DeadLettered { receives: 1 });
}

#[tokio::test]
async fn the_same_seed_gives_the_same_simulation() {
    let run = |seed| async move {
        let report = partial()
            .shards(3)
            .retry_backoff(Duration::from_secs(1), Duration::from_secs(60))
            .invocation_limit(10_000)
            .faults(Faults::seeded(seed).all(0.1))
            .run(numbered(100), |_: Event| async {
                tokio::task::yield_now().await;
                Ok::<_, Diagnostic>(())
            })
            .await;
        serde_json::to_string(&report).unwrap()
    };
    assert_eq!(run(1).await, run(1).await);
    assert_ne!(run(1).await, run(2).await);
}

// The clock.

#[tokio::test(start_paused = true)]
async fn with_a_paused_clock_the_time_that_a_handler_sleeps_passes_for_the_mapping() {
    let began = std::time::Instant::now();
    let report = EventSourceMapping::sqs()
        .function_timeout(Duration::from_secs(900))
        .visibility_timeout(Duration::from_secs(3600))
        .report_batch_item_failures(true)
        .max_receive_count(10)
        .run(numbered(1), |event: Event| async move {
            tokio::time::sleep(Duration::from_secs(600)).await;
            let count = &event.payload["Records"][0]["attributes"]["ApproximateReceiveCount"];
            if count == "10" { Ok(()) } else { Err("again") }
        })
        .await;
    report.assert_all_processed();
    assert_eq!(report.elapsed().as_secs(), 9 * 3600 + 600);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "nine hours must take no real time"
    );
}

#[tokio::test(start_paused = true)]
async fn a_function_that_takes_too_long_times_out() {
    let report = partial()
        .function_timeout(Duration::from_secs(10))
        .maximum_retry_attempts(1)
        .on_failure_destination(true)
        .run(numbered(1), |_: Event| async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok::<_, Diagnostic>(())
        })
        .await;
    let InvocationOutcome::FunctionError {
        error_type,
        error_message,
    } = &report.invocations()[0].outcome
    else {
        panic!("{report}");
    };
    assert_eq!(error_type, "Sandbox.Timedout");
    assert!(error_message.ends_with("Error: Task timed out after 10.00 seconds"));
    assert_eq!(report.elapsed().as_secs(), 20);
    let context = report.on_failure_documents()[0]
        .response_context
        .as_ref()
        .unwrap();
    assert_eq!(context.function_error, Some("Unhandled"));
}

#[test]
fn a_simulation_runs_without_tokio_timers() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let report = runtime.block_on(EventSourceMapping::sqs().max_receive_count(3).run(
        numbered(1),
        |event: Event| async move {
            tokio::task::yield_now().await;
            Err::<(), _>(message_id(&event))
        },
    ));
    assert_eq!(report.elapsed().as_secs(), 90);
    assert_eq!(report.records()[0].fate, Fate::DeadLettered { receives: 3 });
}

fn message_id(event: &Event) -> String {
    event.payload["Records"][0]["messageId"].to_string()
}

#[tokio::test]
async fn without_faults_no_record_is_processed_twice() {
    let ledger = Ledger::new();
    let report = partial()
        .ledger(&ledger)
        .run(numbered(5), |event: Event| {
            for number in sequence_numbers(&event) {
                ledger.finish(&number);
            }
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    assert_eq!(report.wasted(), Some(0));
    assert_eq!(report.deliveries(), 5);
}
