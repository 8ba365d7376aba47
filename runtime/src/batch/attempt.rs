//! One record, from its JSON to its outcome. Errors and panics of a record end here.
//!
//! An attempt is not an `async fn`: a future that holds a `dyn Calls` while it waits is not `Send`,
//! and the future of `batch` must be `Send` if the record handler's futures are. Instead the calls
//! are passed to each poll, and the attempt has a step for each place where it may wait.

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use super::{
    calls::Calls,
    envelopes::Envelopes,
    outcomes::Outcomes,
    report::{self, Ending, ObservedRecord},
    settings::Settings,
};
use crate::{
    DeadLetter, DecodeError, Event, Failure, Outcome, RawRecord, Source,
    driver::{Deadline, Lanes},
    event::Origin,
    json::mismatch::explain_record,
    panic::{self, Panic},
    source::Reporting,
};

/// What all attempts of a batch have in common.
pub(crate) struct Attempts<'a, 'e, S: Source> {
    pub(crate) event: &'a Event,
    pub(crate) envelopes: &'a Envelopes<'e, S>,
    pub(crate) settings: &'a Settings<'a>,
    pub(crate) has_dead_letter: bool,
}

/// The progress of one record.
pub(crate) struct Attempt {
    index: usize,
    step: Step,
    /// When the attempt began, for the observer.
    begun: Option<Instant>,
    /// When to stop the running call.
    limit: Deadline,
}

enum Step {
    Start,
    /// The record handler was called.
    Handle,
    /// The dead-letter function was called for this failure.
    Send(Failure),
}

/// Why a call has no output.
enum Stopped {
    Panicked(Panic),
    TimedOut,
}

impl Attempt {
    pub(crate) fn new(index: usize) -> Self {
        Self {
            index,
            step: Step::Start,
            begun: None,
            limit: Deadline::default(),
        }
    }

    /// Polls a call. A call that panics or takes too long is dropped.
    fn poll_call<S: Source, T>(
        &mut self,
        context: &mut Context<'_>,
        mut calls: Pin<&mut dyn Calls<S>>,
        poll: impl FnOnce(Pin<&mut dyn Calls<S>>, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Stopped>> {
        let stopped = match panic::catch(|| poll(calls.as_mut(), context)) {
            Ok(Poll::Ready(output)) => return Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => {
                ready!(self.limit.poll(context));
                Stopped::TimedOut
            }
            Err(panic) => Stopped::Panicked(panic),
        };
        calls.discard();
        Poll::Ready(Err(stopped))
    }
}

impl<'a, 'e, S: Source> Attempts<'a, 'e, S> {
    /// Continues an attempt: decodes the record, calls the record handler, and passes a record that
    /// failed permanently to the dead-letter function.
    pub(crate) fn poll(
        &self,
        attempt: &mut Attempt,
        context: &mut Context<'_>,
        mut calls: Pin<&mut dyn Calls<S>>,
    ) -> Poll<Outcome<S::Output>> {
        let index = attempt.index;
        loop {
            let outcome = match mem::replace(&mut attempt.step, Step::Start) {
                Step::Start => {
                    attempt.begun = self.settings.observer.map(|_| Instant::now());
                    self.observed(index, |record| {
                        report::started(self.settings.observer, record);
                    });
                    match self.handle(index, calls.as_mut()) {
                        Ok(()) => {
                            attempt.limit = self.settings.limit();
                            attempt.step = Step::Handle;
                            continue;
                        }
                        Err(failure) => Outcome::Failed(failure),
                    }
                }
                Step::Handle => {
                    let handled = attempt.poll_call(context, calls.as_mut(), |calls, context| {
                        calls.poll_handled(context)
                    });
                    match handled {
                        Poll::Ready(Ok(outcome)) => outcome,
                        Poll::Ready(Err(stopped)) => {
                            Outcome::Failed(self.failure("the record handler", stopped))
                        }
                        Poll::Pending => {
                            attempt.step = Step::Handle;
                            return Poll::Pending;
                        }
                    }
                }
                Step::Send(failure) => {
                    let sent = attempt.poll_call(context, calls.as_mut(), |calls, context| {
                        calls.poll_sent(context)
                    });
                    let Poll::Ready(sent) = sent else {
                        attempt.step = Step::Send(failure);
                        return Poll::Pending;
                    };
                    let sent = sent.unwrap_or_else(|stopped| {
                        Err(self.failure("the dead-letter function", stopped))
                    });
                    let outcome = self.sent(index, failure, sent);
                    return Poll::Ready(self.finished(attempt, outcome));
                }
            };
            let failure = match outcome {
                Outcome::Failed(failure) if failure.is_permanent() && self.has_dead_letter => {
                    failure
                }
                outcome => return Poll::Ready(self.finished(attempt, outcome)),
            };
            let letter = self.letter(index, &failure);
            match panic::catch(|| calls.as_mut().send(letter)) {
                Ok(()) => {
                    attempt.limit = self.settings.limit();
                    attempt.step = Step::Send(failure);
                }
                Err(panic) => {
                    let sent = Err(Failure::panic("the dead-letter function", panic));
                    let outcome = self.sent(index, failure, sent);
                    return Poll::Ready(self.finished(attempt, outcome));
                }
            }
        }
    }

    /// Decodes the record and calls the record handler.
    fn handle(&self, index: usize, mut calls: Pin<&mut dyn Calls<S>>) -> Result<(), Failure> {
        let permanent = self.settings.undecodable_is_permanent;
        let json = self.envelopes.json(index);
        let envelope = self.envelopes.get(index).map_err(|_| {
            let error = explain_record::<S::Envelope<'_>>(json);
            Failure::undecodable(error, permanent)
        })?;
        let position = self.envelopes.position(index);
        let mut decoded = false;
        panic::catch(|| {
            let raw = RawRecord::new(self.event, json, position, envelope);
            calls.as_mut().handle(index, raw, &mut decoded)
        })
        .map_err(|panic| {
            if decoded {
                return Failure::panic("the record handler", panic);
            }
            let message = format!("decoding the record panicked: {}", panic::message(panic));
            Failure::undecodable(DecodeError::new(message), permanent)
        })?
        .map_err(|error| Failure::undecodable(error, permanent))
    }

    /// The outcome after the dead-letter function: processed if it succeeded, otherwise failed with
    /// the record's own failure.
    fn sent(
        &self,
        index: usize,
        failure: Failure,
        sent: Result<(), Failure>,
    ) -> Outcome<S::Output> {
        let Err(problem) = sent else {
            return Outcome::DeadLettered(failure);
        };
        self.observed(index, |record| report::log::not_sent(record, &problem));
        panic::discard(problem);
        Outcome::Failed(failure)
    }

    fn letter(&self, index: usize, failure: &Failure) -> DeadLetter {
        DeadLetter {
            source: S::NAME,
            record: Origin::new(self.event, self.envelopes.json(index)),
            identifier: self.envelopes.identifier(index),
            reason: failure.reason(),
            error: panic::display(failure),
            attempts: self.envelopes.attempts(index),
        }
    }

    fn failure(&self, who: &str, stopped: Stopped) -> Failure {
        match stopped {
            Stopped::Panicked(panic) => Failure::panic(who, panic),
            Stopped::TimedOut => {
                let limit = self.settings.record_timeout.unwrap_or_default();
                Failure::timeout(format!("{who} took longer than {limit:?}"))
            }
        }
    }

    /// Reports an attempt that has ended.
    fn finished(&self, attempt: &Attempt, outcome: Outcome<S::Output>) -> Outcome<S::Output> {
        if let Some(ending) = Ending::of(&outcome) {
            let begun = attempt.begun;
            let elapsed = begun.map(|begun| begun.elapsed()).unwrap_or_default();
            self.report_ended(attempt.index, &ending, elapsed);
        }
        outcome
    }

    fn report_ended(&self, index: usize, ending: &Ending<'_>, elapsed: Duration) {
        self.observed(index, |record| {
            report::ended(self.settings.observer, record, ending, elapsed);
        });
    }

    /// Calls `action` with the record as logs and the observer see it.
    fn observed(&self, index: usize, action: impl FnOnce(&ObservedRecord<'_>)) {
        let identify = || self.envelopes.identifier(index);
        action(&ObservedRecord::new(
            S::NAME,
            S::IDENTIFIER,
            index,
            &identify,
        ));
    }

    /// Whether a failure stops all later records.
    pub(crate) const FAILURE_STOPS_ALL: bool = matches!(S::REPORTING, Reporting::Checkpoint);

    /// The lanes of all records.
    pub(crate) fn lanes(&self) -> Lanes {
        Lanes::new(self.envelopes.lanes())
    }

    /// The outcomes of all records. Reports the cancelled attempts, which were not polled again and
    /// so have not been reported.
    pub(crate) fn finish(
        &self,
        outcomes: Vec<Outcome<S::Output>>,
        begun: Instant,
    ) -> Outcomes<'a, 'e, S> {
        for (index, outcome) in outcomes.iter().enumerate() {
            if let Outcome::Interrupted = outcome {
                self.report_ended(index, &Ending::Interrupted, begun.elapsed());
            }
        }
        Outcomes {
            envelopes: self.envelopes,
            outcomes,
        }
    }
}
