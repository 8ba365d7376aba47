//! What Lambda makes of an invocation.

use lambda_runtime::Diagnostic;
use serde_json::Value;

use super::response::{self, Reading};
use crate::testing::{
    account::request_id,
    mapping::MappingSettings,
    put::StoredRecord,
    report::{InvocationOutcome, WhyIgnored},
};

/// How an invocation ended.
#[derive(Debug)]
pub(crate) enum Returned {
    Response(Vec<u8>),
    Error(Diagnostic),
    TimedOut,
    Throttled,
    ResponseLost,
}

/// What an invocation means for its batch.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The whole batch is processed.
    Success,
    /// These records are unprocessed, by position or index: see [`Judged::with_indices`].
    Unprocessed(Vec<usize>),
    /// The whole batch is unprocessed.
    Failure,
    /// The function was not invoked.
    Throttled,
    /// The mapping knows nothing of what the function returned.
    ResponseLost,
}

/// What Lambda makes of an invocation. Records are positions in the batch.
pub(crate) struct Judged {
    pub(crate) outcome: InvocationOutcome,
    pub(crate) verdict: Verdict,
    /// The state for the tumbling window.
    pub(crate) state: Option<Value>,
    pub(crate) ignored: Option<IgnoredFailures>,
}

/// Failures that the function reported, but Lambda ignored.
pub(crate) struct IgnoredFailures {
    /// By position or index: see [`Judged::with_indices`].
    pub(crate) records: Vec<usize>,
    pub(crate) because: WhyIgnored,
}

impl Judged {
    fn new(outcome: InvocationOutcome, verdict: Verdict) -> Self {
        Self {
            outcome,
            verdict,
            state: None,
            ignored: None,
        }
    }

    /// Replaces the positions in the batch by the indices of its records in the simulation.
    pub(crate) fn with_indices(mut self, batch: &[usize]) -> Self {
        let replace = |records: &mut Vec<usize>| {
            for record in records {
                *record = batch[*record];
            }
        };
        if let Verdict::Unprocessed(records) = &mut self.verdict {
            replace(records);
        }
        if let Some(ignored) = &mut self.ignored {
            replace(&mut ignored.records);
        }
        self
    }
}

pub(crate) fn judge(
    returned: Returned,
    invocation: usize,
    batch: &[&StoredRecord],
    settings: &MappingSettings,
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
                request_id(invocation),
                settings.function_timeout.as_secs_f64()
            ),
        ),
        Returned::Throttled => Judged::new(InvocationOutcome::Throttled, Verdict::Throttled),
        Returned::ResponseLost => {
            Judged::new(InvocationOutcome::ResponseLost, Verdict::ResponseLost)
        }
    }
}

fn judge_response(response: &[u8], batch: &[&StoredRecord], settings: &MappingSettings) -> Judged {
    let state = if settings.tumbling_window.is_zero() {
        None
    } else {
        let state = response::state(response);
        if state.is_none() {
            // "If your function doesn't return a state, Lambda considers this a failed invocation."
            let because = "the response has no `state`, but the mapping has a tumbling window";
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
            WhyIgnored::NotUnderBatchItemFailures,
        )
    } else {
        (Reading::Success, WhyIgnored::ReportBatchItemFailuresOff)
    };
    let judged = match reading {
        Reading::Success => judge_success(response, because, batch, settings),
        Reading::Unprocessed(positions) => {
            let identifier = |position: &usize| batch[*position].identifier.clone();
            let outcome = if settings.kind.is_stream() {
                InvocationOutcome::PartialSuccess {
                    checkpoint: positions.first().map(identifier).unwrap_or_default(),
                }
            } else {
                InvocationOutcome::ItemFailures {
                    identifiers: positions.iter().map(identifier).collect(),
                }
            };
            Judged::new(outcome, Verdict::Unprocessed(positions))
        }
        Reading::CompleteFailure(because) => Judged::new(
            InvocationOutcome::CompleteFailure { because },
            Verdict::Failure,
        ),
    };
    Judged { state, ..judged }
}

/// Judges a response that Lambda takes for a success. If it names failed records, `because` is why
/// Lambda ignores them.
fn judge_success(
    response: &[u8],
    because: WhyIgnored,
    batch: &[&StoredRecord],
    settings: &MappingSettings,
) -> Judged {
    let positions = response::named(response, batch, settings);
    let Some(first) = positions.first() else {
        return Judged::new(InvocationOutcome::Success, Verdict::Success);
    };
    let first = batch[*first].identifier.clone();
    let outcome = InvocationOutcome::Ignored { first, because };
    Judged {
        ignored: Some(IgnoredFailures {
            records: positions,
            because,
        }),
        ..Judged::new(outcome, Verdict::Success)
    }
}
