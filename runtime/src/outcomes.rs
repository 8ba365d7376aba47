//! What became of each record of a batch, from which a source makes its response.

use std::{fmt, time::Duration};

use crate::{
    BatchError, BatchResponse, BatchSummary, ItemIdentifier, Outcome, Source, log, records::Records,
};

/// What became of each record of a batch, for [`Source::respond`].
pub struct Outcomes<'a, 'e, S: Source> {
    pub(crate) records: &'a Records<'e, S>,
    pub(crate) outcomes: Vec<Outcome<S::Output>>,
}

impl<S: Source> Outcomes<'_, '_, S> {
    /// What became of each record, in the order of the batch, with what identifies it.
    pub fn iter(&self) -> impl Iterator<Item = (Option<ItemIdentifier>, &Outcome<S::Output>)> {
        self.outcomes
            .iter()
            .enumerate()
            .map(|(index, outcome)| (self.records.identifier(index), outcome))
    }

    /// Reports the first record that is not done, alone: the checkpoint of a stream.
    ///
    /// # Errors
    ///
    /// That record has no identifier.
    pub fn checkpoint(&self) -> Result<BatchResponse, BatchError> {
        self.undone().take(1).collect()
    }

    /// Reports each record that is not done.
    ///
    /// # Errors
    ///
    /// One of them has no identifier.
    pub fn each_undone(&self) -> Result<BatchResponse, BatchError> {
        self.undone().collect()
    }

    /// Whether the batch has records and none is done.
    pub(crate) fn none_done(&self) -> bool {
        !self.outcomes.is_empty() && !self.outcomes.iter().any(Outcome::is_done)
    }

    /// The error of a batch of which nothing is done.
    pub(crate) fn all_failed(&self) -> BatchError {
        BatchError::NoneDone {
            source: S::NAME,
            records: self.outcomes.len(),
            first: self.outcomes.first().map(log::describe).unwrap_or_default(),
        }
    }

    pub(crate) fn summary(
        &self,
        response: &Result<BatchResponse, BatchError>,
        after: Duration,
    ) -> BatchSummary {
        let mut summary = BatchSummary {
            source: S::NAME,
            records: self.outcomes.len(),
            done: 0,
            dead_lettered: 0,
            failed: 0,
            interrupted: 0,
            not_started: 0,
            reported: response
                .as_ref()
                .ok()
                .map(|response| response.batch_item_failures().len()),
            after,
        };
        for outcome in &self.outcomes {
            *match outcome {
                Outcome::Done(_) => &mut summary.done,
                Outcome::DeadLettered(_) => &mut summary.dead_lettered,
                Outcome::Failed(_) => &mut summary.failed,
                Outcome::Interrupted => &mut summary.interrupted,
                Outcome::NotStarted => &mut summary.not_started,
            } += 1;
        }
        summary
    }

    fn undone(&self) -> impl Iterator<Item = Result<ItemIdentifier, BatchError>> {
        let undone = self.outcomes.iter().enumerate();
        undone
            .filter(|(_, outcome)| !outcome.is_done())
            .map(|(index, outcome)| {
                self.records
                    .identifier(index)
                    .ok_or_else(|| BatchError::MissingIdentifier {
                        source: S::NAME,
                        field: S::IDENTIFIER,
                        index,
                        records: self.records.len(),
                        outcome: log::describe(outcome),
                    })
            })
    }
}

impl<S: Source> fmt::Debug for Outcomes<'_, '_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes")
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}
