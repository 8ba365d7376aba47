//! Several records at a time.

use std::{future::poll_fn, task::Poll};

use futures_util::{
    FutureExt as _,
    stream::{FuturesUnordered, StreamExt as _},
};

use super::{Deadline, Lanes, not_started, schedule::Schedule};
use crate::{Outcome, panic::Contained};

/// Runs the records in order within each lane, at most `concurrency` at once. A failure stops its
/// lane, or all later records.
///
/// At the deadline no other record is started, and the running records are cancelled by dropping
/// their futures. No record's future outlives this function's future.
///
/// `run` is an `Fn` that returns a future, not an `AsyncFn`: the compiler can't prove yet that the
/// future of a borrowing `AsyncFn` is `Send`, and `run_concurrent` needs a `batch` that is `Send`.
pub(crate) async fn many_at_once<T, Fut>(
    lanes: Lanes,
    failure_stops_all: bool,
    concurrency: usize,
    deadline: &mut Deadline,
    run: impl Fn(usize) -> Fut,
) -> Vec<Outcome<T>>
where
    Fut: Future<Output = Outcome<T>>,
{
    let mut schedule = Schedule::new(lanes, failure_stops_all);
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
                // The outcome if the record is cancelled; replaced when it finishes.
                outcomes[record] = Outcome::Interrupted;
                let mut run = Box::pin(Contained::new(run(record)));
                // Poll it before starting the next record, which a failure of this one may stop.
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
        schedule.finish(record, outcome.is_processed());
        outcomes[record] = outcome;
    }
    outcomes
}
