//! One record at a time.

use std::task::{Context, Poll, ready};

use super::{Deadline, Lanes, not_started, schedule::Schedule};
use crate::Outcome;

/// What runs the record whose turn it is.
pub(crate) trait Run<T> {
    /// Begins with a record.
    fn start(&mut self, record: usize);

    /// Goes on with the record that was started last.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Outcome<T>>;

    /// Drops what runs.
    fn cancel(&mut self);

    /// The lanes of all records. Asked for only when they matter.
    fn lanes(&self) -> Lanes;
}

/// As [`many_at_once`](super::many_at_once) with a concurrency of 1, without what that needs to
/// keep futures apart.
///
/// No future, but polled like one, with what runs the records given to each poll: so its code is
/// the same for all handlers of a source.
pub(crate) struct OneByOne<T> {
    schedule: Schedule,
    failure_stops_all: bool,
    /// Whether the lanes of the records are known.
    is_divided: bool,
    running: Option<usize>,
    outcomes: Vec<Outcome<T>>,
}

impl<T> OneByOne<T> {
    pub(crate) fn new(records: usize, failure_stops_all: bool) -> Self {
        Self {
            schedule: Schedule::new(Lanes::single(records), failure_stops_all),
            failure_stops_all,
            is_divided: false,
            running: None,
            outcomes: not_started(records),
        }
    }

    /// Runs the records, until the deadline or as far as failures allow.
    pub(crate) fn poll(
        &mut self,
        context: &mut Context<'_>,
        deadline: &mut Deadline,
        run: &mut impl Run<T>,
    ) -> Poll<()> {
        loop {
            let record = if let Some(record) = self.running {
                record
            } else {
                if deadline.has_passed() {
                    return Poll::Ready(());
                }
                let Some(record) = self.schedule.start() else {
                    return Poll::Ready(());
                };
                run.start(record);
                *self.running.insert(record)
            };
            let outcome = if let Poll::Ready(outcome) = run.poll(context) {
                outcome
            } else {
                ready!(deadline.poll(context));
                run.cancel();
                Outcome::Interrupted
            };
            self.running = None;
            let is_done = outcome.is_done();
            // A failure that stops everything later asks for no lanes.
            if !is_done && !self.failure_stops_all && !self.is_divided {
                self.is_divided = true;
                self.schedule.divide(run.lanes());
            }
            self.schedule.finish(record, is_done);
            self.outcomes[record] = outcome;
        }
    }

    pub(crate) fn into_outcomes(self) -> Vec<Outcome<T>> {
        self.outcomes
    }
}
