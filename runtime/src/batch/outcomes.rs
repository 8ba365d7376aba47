//! What became of each record of a batch, and the response that this makes.

use std::time::{Duration, Instant};

use crate::{
    BatchError, BatchResponse, BatchSummary, Event, ItemIdentifier, Outcome, Source,
    batch::envelopes::Records, batch::report::log, batch::report::observer::tell,
    batch::settings::Settings, panic, source::Report,
};

/// What became of each record of a batch.
pub(crate) struct Outcomes<'a, 'e, S: Source> {
    pub(crate) records: &'a Records<'e, S>,
    pub(crate) outcomes: Vec<Outcome<S::Output>>,
}

impl<S: Source> Outcomes<'_, '_, S> {
    /// The response. The source says which kind; what goes into it is decided here, so that no
    /// source can leave a record out.
    pub(crate) fn respond<D>(
        &self,
        event: &Event,
        settings: &Settings<'_, D>,
    ) -> Result<BatchResponse, BatchError> {
        if settings.fail_if_none_done && self.none_done() {
            return Err(self.all_failed());
        }
        match S::REPORT {
            Report::Checkpoint => self.undone().take(1).collect::<Result<_, _>>(),
            Report::EachUndone => self.undone().collect::<Result<_, _>>(),
            Report::EachRecord => return self.answer_each(event),
        }
        .map(BatchResponse::failures)
    }

    fn answer_each(&self, event: &Event) -> Result<BatchResponse, BatchError> {
        let unanswerable = |error: serde_json::Error| BatchError::Unanswerable {
            source: S::NAME,
            error,
        };
        let mut answers = Vec::with_capacity(self.outcomes.len());
        for (index, outcome) in self.outcomes.iter().enumerate() {
            let envelope = self.records.envelope(index).ok();
            let (envelope, identifier) = envelope
                .and_then(|envelope| Some((envelope, S::identifier(envelope)?)))
                .ok_or_else(|| self.unidentified(index, outcome))?;
            answers.push(S::answer(envelope, &identifier, outcome).map_err(unanswerable)?);
        }
        S::answers(event, &answers)
            .map(BatchResponse::answers)
            .map_err(unanswerable)
    }

    /// Whether the batch has records and none is done.
    fn none_done(&self) -> bool {
        !self.outcomes.is_empty() && !self.outcomes.iter().any(Outcome::is_done)
    }

    /// The error of a batch of which nothing is done.
    fn all_failed(&self) -> BatchError {
        BatchError::NoneDone {
            source: S::NAME,
            records: self.outcomes.len(),
            first: self.outcomes.first().map(log::describe).unwrap_or_default(),
        }
    }

    fn summary(
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

    /// Tells of the batch and its response, and lets go of what the records left.
    pub(crate) fn tell<D>(
        self,
        response: &Result<BatchResponse, BatchError>,
        settings: &Settings<'_, D>,
        begun: Instant,
    ) {
        let summary = self.summary(response, begun.elapsed());
        log::batch(&summary, response);
        for identifier in response.iter().flat_map(BatchResponse::batch_item_failures) {
            tell(settings.observer, |observer| observer.reported(identifier));
        }
        tell(settings.observer, |observer| {
            observer.batch_finished(&summary);
        });
        self.outcomes.into_iter().for_each(panic::discard);
    }

    /// The first record that is not done.
    pub(crate) fn first_undone(&self) -> Option<usize> {
        self.outcomes.iter().position(|outcome| !outcome.is_done())
    }

    fn undone(&self) -> impl Iterator<Item = Result<ItemIdentifier, BatchError>> {
        let outcomes = self.outcomes.iter().enumerate();
        outcomes
            .filter(|(_, outcome)| !outcome.is_done())
            .map(|(index, outcome)| self.identifier(index, outcome))
    }

    /// What identifies a record that must be named.
    fn identifier(
        &self,
        index: usize,
        outcome: &Outcome<S::Output>,
    ) -> Result<ItemIdentifier, BatchError> {
        self.records
            .identifier(index)
            .ok_or_else(|| self.unidentified(index, outcome))
    }

    /// The error of a record that must be named and has no identifier.
    fn unidentified(&self, index: usize, outcome: &Outcome<S::Output>) -> BatchError {
        BatchError::MissingIdentifier {
            source: S::NAME,
            field: S::IDENTIFIER,
            index,
            records: self.records.len(),
            outcome: log::describe(outcome),
        }
    }
}
