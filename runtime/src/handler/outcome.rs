//! What became of one record.

use std::fmt;

use crate::Failure;

/// What became of one record.
///
/// A record is undone until it is proven done: only [`Outcome::Done`] takes it out of the stream
/// or queue.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome<T = ()> {
    /// The function returned success; what it returned.
    Done(T),
    /// The function failed for good, and the dead-letter function has the record.
    DeadLettered(Failure),
    /// The function failed, or could not be called.
    Failed(Failure),
    /// The function was cancelled at the deadline.
    Interrupted,
    /// The record was not started: an earlier one failed that it must not overtake, or the deadline
    /// came first.
    NotStarted,
}

impl<T> Outcome<T> {
    /// Whether the record need not come back.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_) | Self::DeadLettered(_))
    }
}

impl<T> fmt::Display for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(_) => f.write_str("done"),
            Self::DeadLettered(failure) => write!(f, "dead-lettered: {failure}"),
            Self::Failed(failure) => failure.fmt(f),
            Self::Interrupted => f.write_str("cancelled at the deadline"),
            Self::NotStarted => f.write_str("not started"),
        }
    }
}
