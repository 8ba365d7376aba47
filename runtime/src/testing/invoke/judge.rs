//! What Lambda makes of how an invocation ended.

use lambda_runtime::Diagnostic;
use serde_json::Value;

use crate::testing::{
    engine::feed::Verdict,
    invoke::handler::request_id,
    invoke::response::{self, Reading},
    mapping::settings::Settings,
    put::SimRecord,
    report::{InvocationOutcome, Unread},
};

/// How an invocation ended.
#[derive(Debug)]
pub(crate) enum Returned {
    Response(Vec<u8>),
    Error(Diagnostic),
    TimedOut,
    Throttled,
    /// The mapping doesn't know.
    Forgotten,
}

/// What Lambda makes of it.
pub(crate) struct Judged {
    pub(crate) outcome: InvocationOutcome,
    pub(crate) verdict: Verdict,
    /// The state for the tumbling window.
    pub(crate) state: Option<Value>,
    /// What the function meant to report, by the positions in the batch, and why Lambda didn't
    /// read that.
    pub(crate) doubtful: Option<(Vec<usize>, Unread)>,
}

impl Judged {
    fn new(outcome: InvocationOutcome, verdict: Verdict) -> Self {
        Self {
            outcome,
            verdict,
            state: None,
            doubtful: None,
        }
    }
}

pub(crate) fn judge(
    returned: Returned,
    number: usize,
    batch: &[&SimRecord],
    settings: &Settings,
) -> Judged {
    let function_error = |error_type: String, error_message: String| {
        let outcome = InvocationOutcome::FunctionError {
            error_type,
            error_message,
        };
        Judged::new(outcome, Verdict::Failure)
    };
    match returned {
        Returned::Response(response) => judge_response(&response, batch, settings),
        Returned::Error(error) => {
            let message = error.error_message.trim_end().to_owned();
            function_error(error.error_type, message)
        }
        Returned::TimedOut => function_error(
            "Sandbox.Timedout".to_owned(),
            format!(
                "RequestId: {} Error: Task timed out after {:.2} seconds",
                request_id(number),
                settings.function_timeout.as_secs_f64()
            ),
        ),
        Returned::Throttled => Judged::new(InvocationOutcome::Throttled, Verdict::Throttled),
        Returned::Forgotten => Judged::new(InvocationOutcome::Forgotten, Verdict::Forgotten),
    }
}

fn judge_response(response: &[u8], batch: &[&SimRecord], settings: &Settings) -> Judged {
    let state = if settings.tumbling_window.is_zero() {
        None
    } else {
        let state = response::state(response);
        if state.is_none() {
            // "If your function doesn't return a state, Lambda considers this a failed invocation."
            let because = "the response has no `state`, and the mapping has a tumbling window";
            let outcome = InvocationOutcome::CompleteFailure {
                because: because.to_owned(),
            };
            return Judged::new(outcome, Verdict::Failure);
        }
        state
    };
    let (reading, because) = if settings.report_batch_item_failures {
        (
            response::read(response, batch, settings),
            Unread::NotUnderBatchItemFailures,
        )
    } else {
        (Reading::Success, Unread::ReportBatchItemFailuresOff)
    };
    let judged = match reading {
        Reading::Success => {
            let named = response::named(response, batch, settings);
            match named.first() {
                Some(first) => Judged {
                    doubtful: Some((named.clone(), because)),
                    ..Judged::new(
                        InvocationOutcome::Ignored {
                            first: batch[*first].identifier.clone(),
                            because,
                        },
                        Verdict::Success,
                    )
                },
                None => Judged::new(InvocationOutcome::Success, Verdict::Success),
            }
        }
        Reading::Undone(positions) => {
            let first = positions.first().copied().unwrap_or_default();
            let outcome = if settings.kind.is_stream() {
                InvocationOutcome::PartialSuccess {
                    checkpoint: batch[first].identifier.clone(),
                }
            } else {
                let identifiers = positions.iter().map(|at| batch[*at].identifier.clone());
                InvocationOutcome::ItemFailures {
                    identifiers: identifiers.collect(),
                }
            };
            Judged::new(outcome, Verdict::Undone(positions))
        }
        Reading::CompleteFailure(because) => Judged::new(
            InvocationOutcome::CompleteFailure { because },
            Verdict::Failure,
        ),
    };
    Judged { state, ..judged }
}
