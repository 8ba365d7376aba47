//! Runs the records of a batch until the deadline: in order within a lane, and up to `concurrency`
//! at once. The driver is independent of Lambda, and knows a record only as its position in the batch.

mod deadline;
mod many_at_once;
mod one_by_one;
mod schedule;

pub(crate) use self::{
    deadline::{Deadline, has_timers},
    many_at_once::many_at_once,
    one_by_one::{OneByOne, Turns},
    schedule::Lanes,
};
use crate::Outcome;

/// The outcomes of a batch before any record is started.
fn not_started<T>(records: usize) -> Vec<Outcome<T>> {
    let mut outcomes = Vec::new();
    outcomes.resize_with(records, || Outcome::NotStarted);
    outcomes
}
