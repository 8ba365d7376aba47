//! One record, from its JSON to its outcome. Nothing that goes wrong with it gets past here.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::{Duration, Instant},
};

use crate::{
    DeadLetter, DecodeError, Event, Failure, Outcome, RawRecord, Source,
    batch::envelopes::Records,
    batch::report::log,
    batch::report::observer::{Ending, ObservedRecord, tell},
    batch::settings::Settings,
    event::Origin,
    panic,
};

/// How a record is decoded.
pub(crate) type Decode<R, S> = fn(RawRecord<'_, '_, S>) -> Result<R, DecodeError>;

/// All that it takes to handle one record of a batch.
pub(crate) struct Job<'a, 'e, R, S: Source, O, F, D> {
    pub(crate) event: &'a Event,
    pub(crate) records: &'a Records<'e, S>,
    pub(crate) decode: Decode<R, S>,
    /// Gets a record and its position.
    pub(crate) handler: F,
    pub(crate) into_outcome: fn(O) -> Outcome<S::Output>,
    pub(crate) settings: &'a Settings<'a, D>,
}

impl<R, S, O, F, Fut, D, DFut> Job<'_, '_, R, S, O, F, D>
where
    S: Source,
    F: Fn(usize, R) -> Fut,
    Fut: Future<Output = O>,
    D: Fn(DeadLetter) -> DFut,
    DFut: Future<Output = Result<(), Failure>>,
{
    /// Handles one record: decodes it, calls the handler, and sends what failed for good to the
    /// dead-letter function.
    pub(crate) async fn handle(&self, index: usize) -> Outcome<S::Output> {
        let begun = self.settings.observer.map(|_| Instant::now());
        self.tell_of(index, |observer, record| observer.started(record));
        let outcome = match self.decode(index) {
            Ok(record) => self.call(index, record).await,
            Err(failure) => Outcome::Failed(failure),
        };
        let outcome = match (outcome, &self.settings.dead_letter) {
            (Outcome::Failed(failure), Some(dead_letter)) if failure.is_permanent() => {
                self.send(index, failure, dead_letter).await
            }
            (outcome, _) => outcome,
        };
        let ending = match &outcome {
            Outcome::DeadLettered(failure) => Ending::DeadLettered(failure),
            Outcome::Failed(failure) => Ending::Failed(failure),
            _ => Ending::Done,
        };
        let after = begun.map(|begun| begun.elapsed()).unwrap_or_default();
        self.ended(index, &outcome, &ending, after);
        outcome
    }

    /// Tells how a record that was started ended.
    pub(crate) fn ended(
        &self,
        index: usize,
        outcome: &Outcome<S::Output>,
        ending: &Ending<'_>,
        after: Duration,
    ) {
        log::record(self.records, index, outcome);
        self.tell_of(index, |observer, record| {
            observer.finished(record, ending, after);
        });
    }

    fn tell_of(&self, index: usize, what: impl FnOnce(&dyn crate::Observer, &ObservedRecord<'_>)) {
        tell(self.settings.observer, |observer| {
            let identify = || self.records.identifier(index);
            what(observer, &ObservedRecord::new(S::NAME, index, &identify));
        });
    }

    fn decode(&self, index: usize) -> Result<R, Failure> {
        let permanent = self.settings.undecodable_is_permanent;
        let envelope = self.records.envelope(index).map_err(|error| {
            let error = DecodeError::new("the record can't be read").because(error.to_string());
            Failure::undecodable(error, permanent)
        })?;
        let position = self.records.position(index);
        let json = self.records.json(index);
        panic::catch(|| (self.decode)(RawRecord::new(self.event, json, position, envelope)))
            .map_err(|panic| {
                let message = format!("decoding the record panicked: {}", panic::message(panic));
                Failure::undecodable(DecodeError::new(message), permanent)
            })?
            .map_err(|error| Failure::undecodable(error, permanent))
    }

    async fn call(&self, index: usize, record: R) -> Outcome<S::Output> {
        let call = pin!(Some(panic::catch_async(|| async {
            (self.into_outcome)((self.handler)(index, record).await)
        })));
        match self.in_time(call).await {
            Some(Ok(outcome)) => outcome,
            Some(Err(panic)) => Outcome::Failed(Failure::panic("the handler", panic)),
            None => Outcome::Failed(self.timeout("the handler")),
        }
    }

    /// The record is done when the dead-letter function has it, and failed as before when not.
    async fn send(&self, index: usize, failure: Failure, dead_letter: &D) -> Outcome<S::Output> {
        let letter = self.letter(index, &failure);
        let send = pin!(Some(panic::catch_async(|| dead_letter(letter))));
        let problem = match self.in_time(send).await {
            Some(Ok(Ok(()))) => return Outcome::DeadLettered(failure),
            Some(Ok(Err(problem))) => problem,
            Some(Err(panic)) => Failure::panic("the dead-letter function", panic),
            None => self.timeout("the dead-letter function"),
        };
        log::not_sent(self.records, index, &problem);
        panic::discard(problem);
        Outcome::Failed(failure)
    }

    fn letter(&self, index: usize, failure: &Failure) -> DeadLetter {
        DeadLetter {
            source: S::NAME,
            record: Origin::new(self.event, self.records.json(index)),
            identifier: self.records.identifier(index),
            reason: failure.reason(),
            error: log::describe(failure),
            attempts: self.records.attempts(index),
        }
    }

    /// A future's output; `None` if it takes longer than `record_timeout`. It is then dropped.
    async fn in_time<T, U>(&self, mut future: Pin<&mut Option<U>>) -> Option<T>
    where
        U: Future<Output = T>,
    {
        let running = poll_fn(|context| match future.as_mut().as_pin_mut() {
            Some(running) => running.poll(context),
            None => Poll::Pending,
        });
        let Some(limit) = self.settings.record_timeout else {
            return Some(running.await);
        };
        let output = tokio::time::timeout(limit, running).await.ok();
        if output.is_none() {
            panic::discard_pinned(future);
        }
        output
    }

    fn timeout(&self, who: &str) -> Failure {
        let limit = self.settings.record_timeout.unwrap_or_default();
        Failure::timeout(format!("{who} took longer than {limit:?}"))
    }
}
