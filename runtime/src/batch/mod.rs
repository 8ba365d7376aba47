//! From an event to a response: the one place where decoding, the driver and the source meet.

mod attempt;
mod calls;
pub(crate) mod dead_letter;
mod envelopes;
mod outcomes;
pub(crate) mod report;
pub(crate) mod response;
pub(crate) mod settings;
pub(crate) mod window;

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::{Pin, pin},
    task::{self, Poll},
    time::Instant,
};

use pin_project_lite::pin_project;
use serde::{Deserialize, Deserializer};

use self::{
    attempt::{Attempt, Attempts},
    calls::InFlight,
    envelopes::Envelopes,
    report::log,
    settings::Settings,
};
use crate::{
    BatchError, BatchResponse, Context, DeadLetter, Event, Source,
    driver::many_at_once,
    handler::{Handler, OutcomeOf, Receive},
};

/// A batch of records of the type `R`, as Lambda delivers it: the payload type of the handler.
///
/// Any JSON deserialises into a batch; whether it is an event of `R`'s source is found when the
/// batch is handled, so that the error says so. The records are decoded one at a time, each just
/// before the function is called with it.
///
/// Under a [`BodyLayer`](crate::BodyLayer) it takes the body of its invocation as it is. Without
/// the layer it is read like any other payload, which finds and copies its JSON first.
pub struct Batch<R> {
    event: Event,
    record: PhantomData<fn() -> R>,
}

impl<R> From<Event> for Batch<R> {
    fn from(event: Event) -> Self {
        Self {
            event,
            record: PhantomData,
        }
    }
}

impl<R> Clone for Batch<R> {
    fn clone(&self) -> Self {
        self.event.clone().into()
    }
}

impl<R> fmt::Debug for Batch<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Batch").field(&self.event).finish()
    }
}

impl<'de, R> Deserialize<'de> for Batch<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Event::deserialize(deserializer).map(Self::from)
    }
}

/// Handles a batch, one record after another: decodes each, calls the handler with it, and reports
/// what is not done.
///
/// # Errors
///
/// What can't be reported.
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
    let mut sequence = attempts.one_by_one();
    poll_fn(|context| sequence.poll(context, &mut deadline, calls.as_mut())).await;
    sequence.finish(begun).answer(&event, &settings, begun)
}

/// As [`process`], but several records at once.
///
/// # Errors
///
/// As [`process`].
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
        .answer(&event, &settings, begun)
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

/// The envelopes of an event, if it is one of the source.
fn split<S: Source>(event: &Event) -> Result<Envelopes<'_, S>, BatchError> {
    Envelopes::split(event).map_err(|error| {
        let error = BatchError::InvalidEvent {
            source: S::NAME,
            error,
        };
        log::invalid(&error);
        error
    })
}

/// As [`split`], for a handler that has no window.
fn split_outside_windows<S: Source>(event: &Event) -> Result<Envelopes<'_, S>, BatchError> {
    let envelopes = split::<S>(event)?;
    window::event::refuse::<S>(event, envelopes.is_window()).inspect_err(log::invalid)?;
    Ok(envelopes)
}
