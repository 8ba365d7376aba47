//! One record at a time.

use std::task::{Context, Poll, ready};

use super::{Deadline, Lanes, not_started, schedule::Schedule};
use crate::Outcome;

/// What runs the records in turn.
pub(crate) trait Turns<T> {
    /// Begins with a record.
    fn start(&mut self, record: usize);

    /// Goes on with the record that was started last.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Outcome<T>>;

    /// Drops what runs.
    fn cancel(&mut self);

    /// The lanes of all records. Asked for only when they matter.
    fn lanes(&self) -> Lanes;
}

/// Runs the records in their order, one at a time, with no need to keep futures apart. A failure
/// stops its lane, or everything later.
///
/// It is polled like a future, and each poll gets what runs the records: what is compiled then
/// depends on the source alone, and not on the handler.
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
            // A failure that stops everything later asks for no lanes.
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
