//! One record at a time.

use std::task::{Context, Poll, ready};

use super::{Deadline, Lanes, not_started, schedule::Schedule};
use crate::Outcome;

/// Runs the records for [`OneByOne`].
pub(crate) trait Turns<T> {
    /// Starts a record.
    fn start(&mut self, record: usize);

    /// Polls the record that was started last.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Outcome<T>>;

    /// Drops the running record.
    fn cancel(&mut self);

    /// The lanes of all records. Called only after a failure, when they are needed.
    fn lanes(&self) -> Lanes;
}

/// Runs the records in order, one at a time. A failure stops its lane, or all later records.
///
/// It is polled like a future, but the code that runs the records is passed to each poll. So it is
/// compiled once per source rather than once per record handler.
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
        turns: &mut impl Turns<T>,
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
                turns.start(record);
                *self.running.insert(record)
            };
            let outcome = if let Poll::Ready(outcome) = turns.poll(context) {
                outcome
            } else {
                ready!(deadline.poll(context));
                turns.cancel();
                Outcome::Interrupted
            };
            self.running = None;
            let is_processed = outcome.is_processed();
            // Lanes make no difference if a failure stops all later records.
            if !is_processed && !self.failure_stops_all && !self.is_divided {
                self.is_divided = true;
                self.schedule.divide(turns.lanes());
            }
            self.schedule.finish(record, is_processed);
            self.outcomes[record] = outcome;
        }
    }

    pub(crate) fn into_outcomes(self) -> Vec<Outcome<T>> {
        self.outcomes
    }
}
