//! The state of a window while a batch is handled.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    DecodeError, RawRecord, Source,
    batch::envelopes::Envelopes,
    handler::{Handler, OutcomeOf, Returned, state::StateType},
    panic,
};

/// A record handler that folds records into a state, together with the current state. To the code
/// that runs it, it is a record handler without a state.
pub(super) struct Folding<'h, H: Handler> {
    handler: &'h H,
    state: &'h StateType<H::State>,
    /// For each record the position of the first record that is delivered again with it.
    runs: Vec<usize>,
    progress: Mutex<Progress<H::State>>,
}

impl<'h, H: Handler> Folding<'h, H> {
    pub(super) fn new(
        handler: &'h H,
        state: &'h StateType<H::State>,
        initial: H::State,
        envelopes: &Envelopes<'_, H::Source>,
    ) -> Self {
        Self {
            handler,
            state,
            runs: runs(envelopes),
            progress: Mutex::new(Progress {
                run: 0,
                before: initial,
                within: None,
            }),
        }
    }

    /// The state without the records that are delivered again. `unprocessed` is the first unprocessed
    /// record.
    pub(super) fn settle(self, unprocessed: Option<usize>) -> H::State {
        let progress = self.progress.into_inner();
        let progress = progress.unwrap_or_else(PoisonError::into_inner);
        progress.settle(unprocessed.map(|index| self.runs[index]))
    }
}

impl<H: Handler> Handler for Folding<'_, H> {
    type Source = H::Source;
    type Record = H::Record;
    type State = ();
    type Future = H::Future;

    fn decode(&self, raw: RawRecord<'_, '_, H::Source>) -> Result<H::Record, DecodeError> {
        self.handler.decode(raw)
    }

    fn call(&self, index: usize, record: H::Record, (): ()) -> H::Future {
        let copy = self
            .state
            .copy(lock(&self.progress).enter(self.runs[index]));
        self.handler.call(index, record, copy)
    }

    fn outcome(&self, returned: Returned<H>) -> (OutcomeOf<H>, ()) {
        let (outcome, next) = self.handler.outcome(returned);
        if outcome.is_processed() {
            lock(&self.progress).commit(next);
        } else {
            panic::discard(next);
        }
        (outcome, ())
    }
}

/// For each record the position where its run begins: adjacent records with the same identifier,
/// which are delivered again together.
fn runs<S: Source>(envelopes: &Envelopes<'_, S>) -> Vec<usize> {
    let mut runs = Vec::with_capacity(envelopes.len());
    let (mut run, mut of) = (0, None);
    for index in 0..envelopes.len() {
        let identifier = envelopes.identifier(index);
        if identifier.is_none() || identifier != of {
            (run, of) = (index, identifier);
        }
        runs.push(run);
    }
    runs
}

/// The current state.
struct Progress<T> {
    /// The position where the current run of records with one identifier begins.
    run: usize,
    /// The state before this run.
    before: T,
    /// The state with the processed records of this run.
    within: Option<T>,
}

impl<T> Progress<T> {
    /// The state that the next record starts from.
    fn enter(&mut self, run: usize) -> &T {
        if run != self.run {
            self.run = run;
            if let Some(state) = self.within.take() {
                panic::discard(mem::replace(&mut self.before, state));
            }
        }
        self.within.as_ref().unwrap_or(&self.before)
    }

    /// Takes over the state of a processed record.
    fn commit(&mut self, state: T) {
        panic::discard(self.within.replace(state));
    }

    /// The state without the records that are delivered again: the run that begins at
    /// `unprocessed`, and all later records.
    fn settle(self, unprocessed: Option<usize>) -> T {
        match self.within {
            Some(state) if unprocessed != Some(self.run) => {
                panic::discard(self.before);
                state
            }
            within => {
                panic::discard(within);
                self.before
            }
        }
    }
}

fn lock<T>(progress: &Mutex<T>) -> MutexGuard<'_, T> {
    // The lock is poisoned if copying the state panics. The state is then unchanged.
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}
