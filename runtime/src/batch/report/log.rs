//! What the logs tell: each failure as an error, each success for debugging, each batch in numbers.

use std::fmt::Display;

use crate::{
    BatchError, BatchResponse, BatchSummary, Failure, Outcome, Source, batch::envelopes::Records,
    panic,
};

/// The whole story of an outcome or a failure. Displaying an error runs the user's code, which may panic.
pub(crate) fn describe(what: &impl Display) -> String {
    panic::catch(|| what.to_string()).unwrap_or_else(|panic| {
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
        Outcome::DeadLettered(failure) => tracing::error!(
            source = S::NAME,
            record = index,
            identifier = identity(records, index),
            reason = ?failure.reason(),
            error = describe(failure),
            "record dead-lettered"
        ),
        Outcome::Interrupted => tracing::error!(
            source = S::NAME,
            record = index,
            identifier = identity(records, index),
            "record cancelled at the deadline"
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

/// The dead-letter function didn't take a record.
pub(crate) fn not_sent<S: Source>(records: &Records<'_, S>, index: usize, problem: &Failure) {
    tracing::error!(
        source = S::NAME,
        record = index,
        identifier = identity(records, index),
        reason = ?problem.reason(),
        error = describe(problem),
        "record not dead-lettered"
    );
}

/// A batch has been handled.
pub(crate) fn batch(summary: &BatchSummary, response: &Result<BatchResponse, BatchError>) {
    tracing::info!(
        source = summary.source,
        records = summary.records,
        done = summary.done,
        dead_lettered = summary.dead_lettered,
        failed = summary.failed,
        interrupted = summary.interrupted,
        not_started = summary.not_started,
        reported = summary.reported,
        "batch handled"
    );
    if let Err(error) = response {
        invalid(error);
    }
}

/// The invocation fails as a whole.
pub(crate) fn invalid(error: &BatchError) {
    tracing::error!(error_type = error.error_type(), %error, "batch failed");
}
