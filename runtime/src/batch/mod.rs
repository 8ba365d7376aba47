//! From an event to a response: the one place where decoding, the driver and the source meet.

mod attempt;
pub(crate) mod dead_letter;
mod envelopes;
mod outcomes;
pub(crate) mod report;
pub(crate) mod response;
pub(crate) mod settings;
pub(crate) mod window;

use std::{fmt, marker::PhantomData, time::Instant};

use serde::{Deserialize, Deserializer};

use crate::{
    BatchError, BatchResponse, Context, DeadLetter, Event, Failure, Outcome, Source,
    batch::attempt::{Decode, Job},
    batch::envelopes::Records,
    batch::outcomes::Outcomes,
    batch::report::log,
    batch::report::observer::Ending,
    batch::settings::Settings,
    driver::{self, Deadline, Lanes},
    source::Report,
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

impl<R> Batch<R> {
    pub(crate) fn into_event(self) -> Event {
        self.event
    }
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

/// Handles a batch: decodes each record, calls the handler with it, and reports what is not done.
pub(crate) async fn process<R, S, O, F, Fut, D, DFut>(
    batch: Batch<R>,
    context: &Context,
    decode: Decode<R, S>,
    handler: F,
    into_outcome: fn(O) -> Outcome<S::Output>,
    mut settings: Settings<'_, D>,
) -> Result<BatchResponse, BatchError>
where
    S: Source,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
    D: Fn(DeadLetter) -> DFut,
    DFut: Future<Output = Result<(), Failure>>,
{
    let begun = Instant::now();
    settings.without_missing_timers();
    let event = batch.event;
    let records = split::<S>(&event)?;
    window::event::refuse::<S>(&event, records.is_window()).inspect_err(log::invalid)?;
    let job = Job {
        event: &event,
        records: &records,
        decode,
        handler: |_, record| handler(record),
        into_outcome,
        settings: &settings,
    };
    let (outcomes, _) = job.run(context, begun).await;
    let response = outcomes.respond(&event, &settings);
    outcomes.tell(&response, &settings, begun);
    response
}

/// The records of an event, if it is one of the source.
pub(crate) fn split<S: Source>(event: &Event) -> Result<Records<'_, S>, BatchError> {
    Records::split(event).map_err(|error| {
        let error = BatchError::InvalidEvent {
            source: S::NAME,
            error,
        };
        log::invalid(&error);
        error
    })
}

impl<'a, 'e, R, S, O, F, Fut, D, DFut> Job<'a, 'e, R, S, O, F, D>
where
    S: Source,
    F: Fn(usize, R) -> Fut,
    Fut: Future<Output = O>,
    D: Fn(DeadLetter) -> DFut,
    DFut: Future<Output = Result<(), Failure>>,
{
    /// Handles every record, until the deadline or as far as failures allow.
    pub(crate) async fn run(
        &self,
        context: &Context,
        begun: Instant,
    ) -> (Outcomes<'a, 'e, S>, Deadline) {
        let (records, settings) = (self.records, self.settings);
        let mut deadline = match settings.deadline_margin {
            Some(margin) => Deadline::before(context.deadline(), margin),
            None => Deadline::never(),
        };
        let outcomes = driver::drive(
            records.len(),
            || Lanes::new(records.lanes()),
            S::REPORT == Report::Checkpoint,
            settings.concurrency,
            &mut deadline,
            |index| self.handle(index),
        )
        .await;
        for (index, outcome) in outcomes.iter().enumerate() {
            if let Outcome::Interrupted = outcome {
                self.ended(index, outcome, &Ending::Interrupted, begun.elapsed());
            }
        }
        (Outcomes { records, outcomes }, deadline)
    }
}
