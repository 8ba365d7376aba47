//! What became of one record.

use std::fmt;

use crate::Failure;

/// What became of one record.
///
/// A record is unprocessed until it is proven processed. Only [`Outcome::Processed`] and
/// [`Outcome::DeadLettered`] take it out of the stream or queue.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome<T = ()> {
    /// The record handler returned success, with this value.
    Processed(T),
    /// The record failed permanently, and the dead-letter function succeeded.
    DeadLettered(Failure),
    /// The record handler failed, or the record could not be decoded.
    Failed(Failure),
    /// The record handler was cancelled at the deadline.
    Interrupted,
    /// The record was not started, because it must not overtake an unprocessed record, or because the
    /// deadline came first.
    NotStarted,
}

impl<T> Outcome<T> {
    /// Whether the record is processed, so that Lambda need not deliver it again.
    #[must_use]
    pub fn is_processed(&self) -> bool {
        matches!(self, Self::Processed(_) | Self::DeadLettered(_))
    }
}

impl<T> fmt::Display for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Processed(_) => f.write_str("processed"),
            Self::DeadLettered(failure) => write!(f, "dead-lettered: {failure}"),
            Self::Failed(failure) => failure.fmt(f),
            Self::Interrupted => f.write_str("cancelled at the deadline"),
            Self::NotStarted => f.write_str("not started"),
        }
    }
}
