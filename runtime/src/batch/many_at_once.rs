//! Handles a batch several records at a time.

use std::{
    pin::Pin,
    task::{self, Poll},
    time::Instant,
};

use pin_project_lite::pin_project;

use super::{
    Batch,
    attempt::{Attempt, Attempts},
    calls::InFlight,
    settings::Settings,
    split_outside_windows,
};
use crate::{
    BatchError, BatchResponse, Context, DeadLetter,
    driver::many_at_once,
    handler::{Handler, OutcomeOf, Receive},
};

/// As [`process`](super::one_by_one::process), but handles several records at once.
///
/// # Errors
///
/// As for [`process`](super::one_by_one::process).
pub async fn process_concurrently<H, D>(
    batch: Batch<H::Record>,
    context: &Context,
    handler: H,
    settings: Settings<'_>,
    dead_letter: Option<D>,
    concurrency: usize,
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
    let lanes = attempts.lanes();
    let run = |index| Running {
        attempts: &attempts,
        attempt: Attempt::new(index),
        calls: InFlight::new(&handler, dead_letter.as_ref()),
    };
    let stops_all = Attempts::<H::Source>::FAILURE_STOPS_ALL;
    let outcomes = many_at_once(lanes, stops_all, concurrency, &mut deadline, run).await;
    attempts
        .finish(outcomes, begun)
        .finish(&event, &settings, begun)
}

pin_project! {
    /// The attempt of one record, with a place for its calls.
    struct Running<'a, 'e, H, D>
    where
        H: Handler<State = ()>,
        D: Receive<DeadLetter>,
    {
        attempts: &'a Attempts<'a, 'e, H::Source>,
        attempt: Attempt,
        #[pin]
        calls: InFlight<'a, H, D>,
    }
}

impl<H, D> Future for Running<'_, '_, H, D>
where
    H: Handler<State = ()>,
    D: Receive<DeadLetter>,
{
    type Output = OutcomeOf<H>;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<OutcomeOf<H>> {
        let this = self.project();
        this.attempts.poll(this.attempt, context, this.calls)
    }
}
