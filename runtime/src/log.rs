//! What the logs tell: each failure as an error, each success for debugging, each batch in numbers.

use crate::{BatchError, BatchResponse, Outcome, Outcomes, Source, batch::Records, panic};

/// The whole story of an outcome. Displaying an error runs the user's code, which may panic.
pub(crate) fn describe<T>(outcome: &Outcome<T>) -> String {
    panic::catch(|| outcome.to_string()).unwrap_or_else(|panic| {
        panic::discard(panic);
        "an error whose message could not be displayed: it panicked".to_owned()
    })
}

/// The record's identifier, or that it has none.
fn identity<S: Source>(records: &Records<'_, S>, index: usize) -> String {
    records.identifier(index).map_or_else(
        || format!("(no `{}`)", S::IDENTIFIER),
        |identifier| identifier.to_string(),
    )
}

/// One record has been handled.
pub(crate) fn record<S: Source>(
    records: &Records<'_, S>,
    index: usize,
    outcome: &Outcome<S::Output>,
) {
    match outcome {
        Outcome::Done(_) => tracing::debug!(
            source = S::NAME,
            record = index,
            identifier = identity(records, index),
            "record done"
        ),
        Outcome::Failed(failure) => tracing::error!(
            source = S::NAME,
            record = index,
            identifier = identity(records, index),
            reason = ?failure.reason(),
            permanent = failure.is_permanent(),
            error = describe(outcome),
            "record failed"
        ),
        Outcome::NotStarted => {}
    }
}

/// A batch has been handled.
pub(crate) fn batch<S: Source>(
    outcomes: &Outcomes<'_, '_, S>,
    response: &Result<BatchResponse, BatchError>,
) {
    let count = |what: fn(&Outcome<S::Output>) -> bool| {
        outcomes
            .outcomes
            .iter()
            .filter(|outcome| what(outcome))
            .count()
    };
    match response {
        Ok(response) => tracing::info!(
            source = S::NAME,
            records = outcomes.outcomes.len(),
            done = count(|outcome| matches!(outcome, Outcome::Done(_))),
            failed = count(|outcome| matches!(outcome, Outcome::Failed(_))),
            not_started = count(|outcome| matches!(outcome, Outcome::NotStarted)),
            reported = response.batch_item_failures().len(),
            "batch handled"
        ),
        Err(error) => invalid(error),
    }
}

/// The invocation fails as a whole.
pub(crate) fn invalid(error: &BatchError) {
    tracing::error!(error_type = error.error_type(), %error, "batch failed");
}
