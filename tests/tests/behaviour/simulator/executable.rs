//! Executables as functions. They are tested together with the loop of `lambda_runtime`.

use std::time::Duration;

use stream_handler::testing::{Executable, Fate, InvocationOutcome, ItemChange, Report};

use super::{fates, partial};

fn function() -> Executable {
    Executable::new(env!("CARGO_BIN_EXE_line-function"))
}

fn error_type(report: &Report, invocation: usize) -> &str {
    match &report.invocations()[invocation].outcome {
        InvocationOutcome::FunctionError { error_type, .. } => error_type,
        other => panic!("{other:?}\n{report}"),
    }
}

#[tokio::test]
async fn an_executable_is_invoked_through_the_runtime_api() {
    let report = partial()
        .function_timeout(Duration::from_secs(30))
        .bisect_batch_on_function_error(true)
        .maximum_retry_attempts(1)
        .on_failure_destination(true)
        .run_executable(["a", "b", "bad", "d"], &function())
        .await;
    assert_eq!(report.batch_sizes(), [4, 2, 1, 1, 1], "{report}");
    assert_eq!(report.records()[2].fate, Fate::Discarded { document: 0 });
    report.assert_nothing_lost();
}

#[tokio::test]
async fn an_executable_that_exits_is_a_function_error() {
    let report = partial()
        .function_timeout(Duration::from_secs(30))
        .maximum_retry_attempts(1)
        .on_failure_destination(true)
        .run_executable(["exit"], &function())
        .await;
    assert_eq!(error_type(&report, 0), "Runtime.ExitError");
    let text = report.to_string();
    assert!(text.contains("exit status: 1 → retry"), "{text}");
    assert_eq!(fates(&report), [Fate::Discarded { document: 0 }]);
}

#[tokio::test]
async fn an_executable_with_a_batch_handler_responds_before_its_deadline() {
    let report = partial()
        .function_timeout(Duration::from_secs(2))
        .maximum_retry_attempts(1)
        .on_failure_destination(true)
        .run_executable(["hang"], &function())
        .await;
    let outcome = &report.invocations()[0].outcome;
    assert!(
        matches!(outcome, InvocationOutcome::PartialSuccess { .. }),
        "{report}"
    );
    assert_eq!(fates(&report), [Fate::Discarded { document: 0 }]);
}

#[tokio::test]
async fn an_executable_that_reports_an_error_is_a_function_error() {
    let key = serde_json::json!({"id": 1});
    let report = stream_handler::testing::EventSourceMapping::dynamodb()
        .function_timeout(Duration::from_secs(30))
        .report_batch_item_failures(true)
        .maximum_retry_attempts(0)
        .on_failure_destination(true)
        .run_executable([ItemChange::insert(&key, &key)], &function())
        .await;
    assert_eq!(error_type(&report, 0), "StreamHandler.InvalidEvent");
}

#[tokio::test]
async fn an_executable_that_does_not_exist_is_a_function_error() {
    let report = partial()
        .invocation_limit(1)
        .run_executable(["a"], &Executable::new("no-such-function"))
        .await;
    assert_eq!(error_type(&report, 0), "Runtime.InvalidEntrypoint");
}
