//! Runs the records of a batch: in order within their lanes, so many at once, until the deadline.
//! Knows nothing of Lambda: records are numbers here.

mod deadline;
mod schedule;

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use futures_util::{
    FutureExt as _,
    stream::{FuturesUnordered, StreamExt as _},
};

use self::schedule::Schedule;
pub(crate) use self::{
    deadline::{Deadline, has_timers},
    schedule::Lanes,
};
use crate::{Outcome, panic};

/// Runs so many records in their order within their lanes, at most `concurrency` at once. `lanes` is
/// called only when they matter. A failure stops its lane, or everything later.
///
/// At the deadline nothing more is started, and what runs is cancelled: its future is dropped. No
/// future outlives this one.
///
/// `run` is an `Fn` that returns a future, not an `AsyncFn`: the compiler can't see yet that the
/// future of one that borrows is `Send`, and `batch` must be, for `run_concurrent`.
pub(crate) async fn drive<T, Fut>(
    records: usize,
    lanes: impl FnOnce() -> Lanes,
    failure_stops_all: bool,
    concurrency: usize,
    deadline: &mut Deadline,
    run: impl Fn(usize) -> Fut,
) -> Vec<Outcome<T>>
where
    Fut: Future<Output = Outcome<T>>,
{
    if concurrency > 1 {
        let schedule = Schedule::new(lanes(), failure_stops_all);
        many_at_once(schedule, concurrency, deadline, run).await
    } else {
        let schedule = Schedule::new(Lanes::single(records), failure_stops_all);
        // A failure that stops everything later asks for no lanes.
        let lanes = (!failure_stops_all).then_some(lanes);
        one_by_one(schedule, lanes, deadline, run).await
    }
}

fn not_started<T>(records: usize) -> Vec<Outcome<T>> {
    let mut outcomes = Vec::new();
    outcomes.resize_with(records, || Outcome::NotStarted);
    outcomes
}

/// As [`many_at_once`] with a concurrency of 1, without what that needs to keep futures apart.
async fn one_by_one<T, Fut>(
    mut schedule: Schedule,
    mut lanes: Option<impl FnOnce() -> Lanes>,
    deadline: &mut Deadline,
    run: impl Fn(usize) -> Fut,
) -> Vec<Outcome<T>>
where
    Fut: Future<Output = Outcome<T>>,
{
    let mut outcomes = not_started(schedule.len());
    while !deadline.has_passed() {
        let Some(record) = schedule.start() else {
            break;
        };
        let mut running = pin!(Some(run(record)));
        let finished = deadline.limit(running.as_mut()).await;
        let outcome = finished.unwrap_or(Outcome::Interrupted);
        if let Outcome::Interrupted = outcome {
            panic::discard_pinned(running.as_mut());
        }
        let is_done = outcome.is_done();
        if !is_done {
            if let Some(lanes) = lanes.take() {
                schedule.divide(lanes());
            }
        }
        schedule.finish(record, is_done);
        outcomes[record] = outcome;
    }
    outcomes
}

async fn many_at_once<T, Fut>(
    mut schedule: Schedule,
    concurrency: usize,
    deadline: &mut Deadline,
    run: impl Fn(usize) -> Fut,
) -> Vec<Outcome<T>>
where
    Fut: Future<Output = Outcome<T>>,
{
    let mut outcomes = not_started(schedule.len());
    let mut running = FuturesUnordered::new();
    loop {
        let finished = poll_fn(|context| {
            if let Poll::Ready(Some(finished)) = running.poll_next_unpin(context) {
                return Poll::Ready(Some(finished));
            }
            while running.len() < concurrency && !deadline.has_passed() {
                let Some(record) = schedule.start() else {
                    break;
                };
                // What is still so when this returns was cancelled.
                outcomes[record] = Outcome::Interrupted;
                let mut run = Contained(Some(Box::pin(run(record))));
                // Polled before the next is started: one that fails at once stops that.
                if let Poll::Ready(outcome) = run.poll_unpin(context) {
                    return Poll::Ready(Some((record, outcome)));
                }
                running.push(run.map(move |outcome| (record, outcome)));
            }
            if running.is_empty() {
                return Poll::Ready(None);
            }
            deadline.poll(context).map(|()| None)
        })
        .await;
        let Some((record, outcome)) = finished else {
            break;
        };
        schedule.finish(record, outcome.is_done());
        outcomes[record] = outcome;
    }
    outcomes
}

/// A future whose panic when it is dropped stays its own: those beside it are dropped as well.
struct Contained<F>(Option<Pin<Box<F>>>);

impl<F: Future> Future for Contained<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match &mut self.0 {
            Some(future) => future.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Contained<F> {
    fn drop(&mut self) {
        panic::discard(self.0.take());
    }
}
