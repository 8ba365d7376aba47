//! Log messages: each failure at `ERROR`, each success at `DEBUG`, a summary of each batch at
//! `INFO`.

use super::{BatchSummary, Ending, ObservedRecord};
use crate::{BatchError, BatchResponse, Failure, panic};

/// Logs the end of a record.
pub(super) fn record(record: &ObservedRecord<'_>, ending: &Ending<'_>) {
    match *ending {
        Ending::Processed => tracing::debug!(
            source = record.source(),
            record = record.index(),
            identifier = record.identity(),
            "record processed"
        ),
        Ending::DeadLettered(failure) => tracing::error!(
            source = record.source(),
            record = record.index(),
            identifier = record.identity(),
            reason = ?failure.reason(),
            error = panic::display(failure),
            "record dead-lettered"
        ),
        Ending::Interrupted => tracing::error!(
            source = record.source(),
            record = record.index(),
            identifier = record.identity(),
            "record cancelled at the deadline"
        ),
        Ending::Failed(failure) => tracing::error!(
            source = record.source(),
            record = record.index(),
            identifier = record.identity(),
            reason = ?failure.reason(),
            permanent = failure.is_permanent(),
            error = panic::display(failure),
            "record failed"
        ),
    }
}

/// Logs a failure of the dead-letter function.
pub(crate) fn not_sent(record: &ObservedRecord<'_>, problem: &Failure) {
    tracing::error!(
        source = record.source(),
        record = record.index(),
        identifier = record.identity(),
        reason = ?problem.reason(),
        error = panic::display(problem),
        "record not dead-lettered"
    );
}

/// Logs the summary of a batch.
pub(super) fn batch(summary: &BatchSummary, response: &Result<BatchResponse, BatchError>) {
    tracing::info!(
        source = summary.source,
        records = summary.records,
        processed = summary.processed,
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

/// Logs the error of an invocation that fails as a whole.
pub(crate) fn invalid(error: &BatchError) {
    tracing::error!(error_type = error.error_type(), %error, "batch failed");
}
