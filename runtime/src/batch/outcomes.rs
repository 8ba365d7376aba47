//! What became of each record of a batch, and the response that this makes.

use std::time::Instant;

use super::{
    envelopes::Envelopes,
    report::{self, BatchSummary, Ending},
    settings::Settings,
};
use crate::{
    BatchError, BatchResponse, Event, ItemIdentifier, Outcome, Source, panic, source::Report,
};

/// What became of each record of a batch.
pub(crate) struct Outcomes<'a, 'e, S: Source> {
    pub(crate) envelopes: &'a Envelopes<'e, S>,
    pub(crate) outcomes: Vec<Outcome<S::Output>>,
}

impl<S: Source> Outcomes<'_, '_, S> {
    /// The response, which is told of as well.
    pub(crate) fn answer(
        self,
        event: &Event,
        settings: &Settings<'_>,
        begun: Instant,
    ) -> Result<BatchResponse, BatchError> {
        let response = self.respond(event, settings);
        self.tell(&response, settings, begun);
        response
    }

    /// The response. The source says which kind; what goes into it is decided here, so that no
    /// source can leave a record out.
    pub(crate) fn respond(
        &self,
        event: &Event,
        settings: &Settings<'_>,
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
            let envelope = self.envelopes.get(index).ok();
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
            first: self
                .outcomes
                .first()
                .map(|outcome| panic::display(outcome))
                .unwrap_or_default(),
        }
    }

    /// Tells of the batch and its response, and lets go of what the records left.
    pub(crate) fn tell(
        self,
        response: &Result<BatchResponse, BatchError>,
        settings: &Settings<'_>,
        begun: Instant,
    ) {
        let reported = response.as_ref().ok();
        let summary = BatchSummary::new(
            S::NAME,
            self.outcomes.iter().map(Ending::of),
            reported.map(|response| response.batch_item_failures().len()),
            begun.elapsed(),
        );
        report::batch(settings.observer, &summary, response);
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
        self.envelopes
            .identifier(index)
            .ok_or_else(|| self.unidentified(index, outcome))
    }

    /// The error of a record that must be named and has no identifier.
    fn unidentified(&self, index: usize, outcome: &Outcome<S::Output>) -> BatchError {
        BatchError::MissingIdentifier {
            source: S::NAME,
            field: S::IDENTIFIER,
            index,
            records: self.envelopes.len(),
            outcome: panic::display(outcome),
        }
    }
}
