//! The outcomes of the records of a batch, and the response made from them.

use std::time::Instant;

use super::{
    envelopes::Envelopes,
    report::{self, BatchSummary, Ending},
    settings::Settings,
};
use crate::{
    BatchError, BatchResponse, Event, ItemIdentifier, Outcome, Source, panic, source::Reporting,
};

/// The outcome of each record of a batch.
pub(crate) struct Outcomes<'a, 'e, S: Source> {
    pub(crate) envelopes: &'a Envelopes<'e, S>,
    pub(crate) outcomes: Vec<Outcome<S::Output>>,
}

impl<S: Source> Outcomes<'_, '_, S> {
    /// Makes the response, logs it and notifies the observer.
    pub(crate) fn finish(
        self,
        event: &Event,
        settings: &Settings<'_>,
        begun: Instant,
    ) -> Result<BatchResponse, BatchError> {
        let response = self.respond(event, settings);
        self.report(&response, settings, begun);
        response
    }

    /// The response. The source determines its kind, but this method decides which records it
    /// contains, so that no source can leave a record out.
    pub(crate) fn respond(
        &self,
        event: &Event,
        settings: &Settings<'_>,
    ) -> Result<BatchResponse, BatchError> {
        if settings.fail_if_none_processed && self.none_processed() {
            return Err(self.all_failed());
        }
        match S::REPORTING {
            Reporting::Checkpoint => self.unprocessed().take(1).collect::<Result<_, _>>(),
            Reporting::EachUnprocessed => self.unprocessed().collect::<Result<_, _>>(),
            Reporting::EachRecord => return self.respond_to_each(event),
        }
        .map(BatchResponse::failures)
    }

    fn respond_to_each(&self, event: &Event) -> Result<BatchResponse, BatchError> {
        let unwritable = |error: serde_json::Error| BatchError::UnwritableResponse {
            source: S::NAME,
            error,
        };
        let mut entries = Vec::with_capacity(self.outcomes.len());
        for (index, outcome) in self.outcomes.iter().enumerate() {
            let envelope = self.envelopes.get(index).ok();
            let (envelope, identifier) = envelope
                .and_then(|envelope| Some((envelope, S::identifier(envelope)?)))
                .ok_or_else(|| self.unidentified(index, outcome))?;
            entries.push(S::record_response(envelope, &identifier, outcome).map_err(unwritable)?);
        }
        S::batch_response(event, &entries)
            .map(BatchResponse::of_each_record)
            .map_err(unwritable)
    }

    /// Whether the batch has records, none of which was processed.
    fn none_processed(&self) -> bool {
        !self.outcomes.is_empty() && !self.outcomes.iter().any(Outcome::is_processed)
    }

    /// The error for a batch without a processed record.
    fn all_failed(&self) -> BatchError {
        BatchError::NoneProcessed {
            source: S::NAME,
            records: self.outcomes.len(),
            first: self
                .outcomes
                .first()
                .map(|outcome| panic::display(outcome))
                .unwrap_or_default(),
        }
    }

    /// Logs the batch and its response, notifies the observer, and drops the outcomes.
    pub(crate) fn report(
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

    /// The first unprocessed record.
    pub(crate) fn first_unprocessed(&self) -> Option<usize> {
        self.outcomes
            .iter()
            .position(|outcome| !outcome.is_processed())
    }

    fn unprocessed(&self) -> impl Iterator<Item = Result<ItemIdentifier, BatchError>> {
        let outcomes = self.outcomes.iter().enumerate();
        outcomes
            .filter(|(_, outcome)| !outcome.is_processed())
            .map(|(index, outcome)| self.identifier(index, outcome))
    }

    /// The identifier of a record that must be reported.
    fn identifier(
        &self,
        index: usize,
        outcome: &Outcome<S::Output>,
    ) -> Result<ItemIdentifier, BatchError> {
        self.envelopes
            .identifier(index)
            .ok_or_else(|| self.unidentified(index, outcome))
    }

    /// The error for a record that must be reported and has no identifier.
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
