//! Handles a batch one record at a time.

use std::{
    future::poll_fn,
    mem,
    pin::{Pin, pin},
    task::{self, Poll},
    time::Instant,
};

use super::{
    Batch,
    attempt::{Attempt, Attempts},
    calls::{Calls, InFlight},
    outcomes::Outcomes,
    settings::Settings,
    split_outside_windows,
};
use crate::{
    BatchError, BatchResponse, Context, DeadLetter, Outcome, Source,
    driver::{Deadline, Lanes, OneByOne, Turns},
    handler::{Handler, Receive},
    panic,
};

/// Handles a batch one record after another: decodes each record, calls the record handler, and
/// reports the unprocessed records.
///
/// # Errors
///
/// The invocation fails as a whole; [`BatchError`] lists the reasons.
pub async fn process<H, D>(
    batch: Batch<H::Record>,
    context: &Context,
    handler: H,
    settings: Settings<'_>,
    dead_letter: Option<D>,
) -> Result<BatchResponse, BatchError>
where
    H: Handler<State = ()>,
    D: Receive<DeadLetter>,
{
    let begun = Instant::now();
    let settings = settings.without_missing_timers();
    let event = batch.event;
    let envelopes = split_outside_windows::<H::Source>(&event)?;
    let attempts = Attempts {
        event: &event,
        envelopes: &envelopes,
        settings: &settings,
        has_dead_letter: dead_letter.is_some(),
    };
    let mut deadline = settings.deadline(context);
    let mut calls = pin!(InFlight::new(&handler, dead_letter.as_ref()));
    let mut sequence = Sequence::new(&attempts);
    poll_fn(|context| sequence.poll(context, &mut deadline, calls.as_mut())).await;
    sequence.finish(begun).finish(&event, &settings, begun)
}

/// The attempts of a batch that is handled one record at a time.
pub(super) struct Sequence<'s, 'a, 'e, S: Source> {
    attempts: &'s Attempts<'a, 'e, S>,
    driver: OneByOne<S::Output>,
    attempt: Attempt,
}

impl<'s, 'a, 'e, S: Source> Sequence<'s, 'a, 'e, S> {
    pub(super) fn new(attempts: &'s Attempts<'a, 'e, S>) -> Self {
        let stops_all = Attempts::<S>::FAILURE_STOPS_ALL;
        Self {
            attempts,
            driver: OneByOne::new(attempts.envelopes.len(), stops_all),
            attempt: Attempt::new(0),
        }
    }

    /// Ready when no other record can start: all records have been attempted, or failures or the
    /// deadline stop the rest.
    pub(super) fn poll(
        &mut self,
        context: &mut task::Context<'_>,
        deadline: &mut Deadline,
        calls: Pin<&mut dyn Calls<S>>,
    ) -> Poll<()> {
        let mut next = Next {
            attempts: self.attempts,
            attempt: &mut self.attempt,
            calls,
        };
        self.driver.poll(context, deadline, &mut next)
    }

    pub(super) fn finish(self, begun: Instant) -> Outcomes<'a, 'e, S> {
        self.attempts.finish(self.driver.into_outcomes(), begun)
    }
}

/// The attempt whose turn it is.
struct Next<'p, 'a, 'e, S: Source> {
    attempts: &'p Attempts<'a, 'e, S>,
    attempt: &'p mut Attempt,
    calls: Pin<&'p mut dyn Calls<S>>,
}

impl<S: Source> Turns<S::Output> for Next<'_, '_, '_, S> {
    fn start(&mut self, record: usize) {
        *self.attempt = Attempt::new(record);
    }

    fn poll(&mut self, context: &mut task::Context<'_>) -> Poll<Outcome<S::Output>> {
        self.attempts
            .poll(self.attempt, context, self.calls.as_mut())
    }

    fn cancel(&mut self) {
        self.calls.as_mut().discard();
        let attempt = Attempt::new(0);
        panic::discard(mem::replace(self.attempt, attempt));
    }

    fn lanes(&self) -> Lanes {
        self.attempts.lanes()
    }
}
