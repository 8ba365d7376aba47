//! Handles a batch of a tumbling window: folds its records into the state that Lambda carries from
//! invocation to invocation, and closes the window when it ends.
//!
//! The state that is returned is made of exactly the records that Lambda won't deliver again: a
//! record works on a copy, which replaces the state when the record is done. The copy is made for
//! each record because the function changes it in place, so nothing else can take back what a
//! record did before it failed.

use std::{
    mem,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    Batch, BatchError, BatchResponse, Context, DeadLetter, Failure, Outcome, Source, Window,
    batch::split,
    driver::Deadline,
    job::{Decode, Job},
    json::mismatch::explain,
    log, panic,
    records::Records,
    settings::Settings,
    window::{Fields, WindowError},
};

/// What can be done with a state of the type `T`.
#[derive(Debug)]
pub struct State<T> {
    fresh: fn() -> T,
    copy: fn(&T) -> T,
    read: fn(&RawValue) -> Result<T, String>,
    write: fn(&T) -> serde_json::Result<Box<RawValue>>,
}

impl<T: Serialize + DeserializeOwned + Default + Clone> State<T> {
    pub(crate) fn new() -> Self {
        Self {
            fresh: T::default,
            copy: T::clone,
            read: |json| {
                serde_json::from_str(json.get()).map_err(|error| {
                    let what = format!("it is not a `{}`", std::any::type_name::<T>());
                    // With its cause, and without data: it becomes the invocation's error.
                    format!("{:?}", explain::<T>(json.get().as_bytes(), &what, error))
                })
            },
            write: |state| serde_json::value::to_raw_value(state),
        }
    }
}

impl<T> State<T> {
    /// The state of an event. A window begins with none, or with `{}`.
    fn read(&self, json: Option<&RawValue>) -> Result<T, WindowError> {
        let json = json.filter(|json| !is_empty_object(json.get()));
        panic::catch(|| json.map_or_else(|| Ok((self.fresh)()), self.read))
            .unwrap_or_else(|panic| Err(format!("reading it panicked: {}", panic::message(panic))))
            .map_err(|error| WindowError::UnreadableState { error })
    }

    /// The state for the response: a fresh one, if there is none.
    fn write(&self, state: Option<T>) -> Result<Box<RawValue>, WindowError> {
        let write = || {
            let state = state.unwrap_or_else(self.fresh);
            let json = (self.write)(&state).map_err(|error| error.to_string());
            panic::discard(state);
            json
        };
        let json = panic::catch(write)
            .unwrap_or_else(|panic| Err(format!("writing it panicked: {}", panic::message(panic))))
            .map_err(|error| WindowError::UnwritableState { error })?;
        if !json.get().starts_with('{') {
            let error = "its JSON is not an object, as Lambda has the state: make it a struct or \
                         a map"
                .to_owned();
            return Err(WindowError::UnwritableState { error });
        }
        match json.get().len() {
            bytes if bytes > WindowError::STATE_LIMIT => Err(WindowError::StateTooLarge {
                bytes,
                limit: WindowError::STATE_LIMIT,
            }),
            _ => Ok(json),
        }
    }
}

fn is_empty_object(json: &str) -> bool {
    let inner = json
        .strip_prefix('{')
        .and_then(|json| json.strip_suffix('}'));
    inner.is_some_and(|inner| inner.trim().is_empty())
}

/// All that handles the batches of a window, but for the settings.
pub(crate) struct Fold<R, S: Source, T, O, F, C> {
    pub(crate) decode: Decode<R, S>,
    pub(crate) state: State<T>,
    pub(crate) function: F,
    pub(crate) into_outcome: fn(O) -> Outcome<S::Output>,
    pub(crate) close: C,
}

/// Handles a batch of a window.
pub(crate) async fn process<R, S, T, O, F, Fut, C, CFut, D, DFut>(
    batch: Batch<R>,
    fold: Fold<R, S, T, O, F, C>,
    context: &Context,
    mut settings: Settings<'_, D>,
) -> Result<BatchResponse, BatchError>
where
    S: Source,
    F: Fn(R, T) -> Fut,
    Fut: Future<Output = (O, T)>,
    C: Fn(Window<T>) -> CFut,
    CFut: Future<Output = Result<(), Failure>>,
    D: Fn(DeadLetter) -> DFut,
    DFut: Future<Output = Result<(), Failure>>,
{
    let begun = Instant::now();
    settings.without_missing_timers();
    let event = batch.into_event();
    let records = split::<S>(&event)?;
    let state = &fold.state;
    let fields = Fields::read::<S>(&event).inspect_err(log::invalid)?;
    let initial = state.read(fields.state).map_err(WindowError::of::<S>);
    let initial = initial.inspect_err(log::invalid)?;
    let runs = runs(&records);
    let progress = Mutex::new(Progress {
        run: 0,
        before: initial,
        within: None,
    });

    let handler = |index: usize, record: R| {
        let (progress, into_outcome) = (&progress, fold.into_outcome);
        let copy = (state.copy)(lock(progress).enter(runs[index]));
        let folding = (fold.function)(record, copy);
        async move {
            let (output, next) = folding.await;
            let outcome = into_outcome(output);
            if outcome.is_done() {
                lock(progress).commit(next);
            } else {
                panic::discard(next);
            }
            outcome
        }
    };
    let job = Job {
        event: &event,
        records: &records,
        decode: fold.decode,
        handler,
        into_outcome: |outcome| outcome,
        settings: &settings,
    };
    let (outcomes, mut deadline) = job.run(context, begun).await;
    let progress = progress
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let undone = outcomes.first_undone();
    let result = progress.settle(undone.map(|index| runs[index]));

    let response = match outcomes.respond(&event, &settings) {
        Ok(response) => {
            // A record that is not done comes again, in another final invocation.
            let json = if undone.is_none() && fields.is_final() {
                // What comes after the end of a window begins anew. Written before the window is
                // closed, so that nothing can fail afterwards and have it closed again.
                match state.write(None) {
                    Ok(json) => close(&fold.close, fields.window(result), &mut deadline)
                        .await
                        .map(|()| json),
                    Err(error) => {
                        panic::discard(result);
                        Err(error)
                    }
                }
            } else {
                state.write(Some(result))
            };
            json.map(|json| response.with_state(json))
                .map_err(WindowError::of::<S>)
        }
        Err(error) => {
            panic::discard(result);
            Err(error)
        }
    };
    outcomes.tell(&response, &settings, begun);
    response
}

/// Calls the closing function.
async fn close<T, C, CFut>(
    close: &C,
    window: Window<T>,
    deadline: &mut Deadline,
) -> Result<(), WindowError>
where
    C: Fn(Window<T>) -> CFut,
    CFut: Future<Output = Result<(), Failure>>,
{
    let mut closing = pin!(Some(panic::catch_async(|| close(window))));
    let closed = if deadline.has_passed() {
        None
    } else {
        deadline.limit(closing.as_mut()).await
    };
    let failure = match closed {
        Some(Ok(Ok(()))) => return Ok(()),
        Some(Ok(Err(failure))) => failure,
        Some(Err(panic)) => Failure::panic("the closing function", panic),
        None => {
            panic::discard_pinned(closing);
            Failure::timeout("the deadline came before the closing function was done".to_owned())
        }
    };
    let error = log::describe(&failure);
    panic::discard(failure);
    Err(WindowError::NotClosed { error })
}

/// For each record the first of those next to it that have its identifier, and are delivered again
/// with it.
fn runs<S: Source>(records: &Records<'_, S>) -> Vec<usize> {
    let mut runs = Vec::with_capacity(records.len());
    let (mut run, mut of) = (0, None);
    for index in 0..records.len() {
        let identifier = records.identifier(index);
        if identifier.is_none() || identifier != of {
            (run, of) = (index, identifier);
        }
        runs.push(run);
    }
    runs
}

/// The state as far as it has come.
struct Progress<T> {
    /// The records of one identifier that are being handled: where they begin.
    run: usize,
    /// The state before them.
    before: T,
    /// The state with those of them that are done.
    within: Option<T>,
}

impl<T> Progress<T> {
    /// The state that the next record goes on from.
    fn enter(&mut self, run: usize) -> &T {
        if run != self.run {
            self.run = run;
            if let Some(state) = self.within.take() {
                panic::discard(mem::replace(&mut self.before, state));
            }
        }
        self.within.as_ref().unwrap_or(&self.before)
    }

    /// A record is done.
    fn commit(&mut self, state: T) {
        panic::discard(self.within.replace(state));
    }

    /// The state without the records that are delivered again: those of a run and all later ones.
    fn settle(self, undone: Option<usize>) -> T {
        match self.within {
            Some(state) if undone != Some(self.run) => {
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
    // A copy that panics leaves it as it was.
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}
