//! What became of one record.

use serde::Serialize;

use std::{error::Error, fmt};

use crate::{
    Source,
    error::{BoxError, Chain, DecodeError},
    panic::{self, Panic},
};

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

/// Why a record failed, and whether it is worth another try.
///
/// A function that has no need to tell the two apart returns any error; `?` makes a
/// [retry](Failure::retry) of it. One that does returns `Result<(), Failure>`:
///
/// ```
/// use stream_handler::Failure;
///
/// fn charge(amount: i64) -> Result<(), Failure> {
///     if amount < 0 {
///         return Err(Failure::permanent(format!("a negative amount: {amount}")));
///     }
///     let _receipt: u32 = "42".parse()?; // an error here is a retry
///     Ok(())
/// }
/// # assert!(charge(-1).unwrap_err().is_permanent());
/// # assert!(charge(1).is_ok());
/// ```
pub struct Failure {
    reason: Reason,
    permanent: bool,
    error: BoxError,
}

/// How a record failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The function returned an error.
    Error,
    /// The function panicked.
    Panic,
    /// The function took longer than `record_timeout`.
    Timeout,
    /// The record could not be decoded, so the function was not called.
    Undecodable,
}

impl Failure {
    /// A failure that another try may mend: a time-out, a throttled call, a lock.
    pub fn retry(error: impl Into<BoxError>) -> Self {
        Self::new(Reason::Error, false, error.into())
    }

    /// A failure that no other try will mend: the record itself is bad.
    ///
    /// With a `dead_letter` function the record goes there, and is done when that succeeds. Without
    /// one nothing is dropped: the record is reported like any other.
    pub fn permanent(error: impl Into<BoxError>) -> Self {
        Self::new(Reason::Error, true, error.into())
    }

    fn new(reason: Reason, permanent: bool, error: BoxError) -> Self {
        Self {
            reason,
            permanent,
            error,
        }
    }

    pub(crate) fn undecodable(error: DecodeError, permanent: bool) -> Self {
        Self::new(Reason::Undecodable, permanent, error.into())
    }

    /// A panic, from what `catch_unwind` caught.
    pub(crate) fn panic(who: &str, panic: Panic) -> Self {
        let message = panic::message(panic);
        Self::new(
            Reason::Panic,
            false,
            format!("{who} panicked: {message}").into(),
        )
    }

    pub(crate) fn timeout(message: String) -> Self {
        Self::new(Reason::Timeout, false, message.into())
    }

    /// How the record failed.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Whether no other try will mend it.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }

    /// The error, as the function returned it.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }
}

/// The error and everything behind it: `outer: middle: root`.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Chain(&*self.error).fmt(f)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("reason", &self.reason)
            .field("permanent", &self.permanent)
            .field("error", &self.error)
            .finish()
    }
}

/// Marks an error as [permanent](Failure::permanent).
///
/// ```
/// use stream_handler::{Failure, Permanent as _};
///
/// fn amount(text: &str) -> Result<i64, Failure> {
///     // No other delivery will make a number of it.
///     text.parse::<i64>().permanent()
/// }
/// # assert!(amount("a").unwrap_err().is_permanent());
/// ```
pub trait Permanent<T> {
    /// The same result, its error a permanent failure.
    ///
    /// # Errors
    ///
    /// As before.
    fn permanent(self) -> Result<T, Failure>;
}

impl<T, E: IntoFailure> Permanent<T> for Result<T, E> {
    fn permanent(self) -> Result<T, Failure> {
        self.map_err(|error| Failure {
            permanent: true,
            ..error.into_failure()
        })
    }
}

// `Failure` is no `std::error::Error` itself: this conversion would then collide with the
// reflexive one, and `?` could not take any error.
impl<E: Into<BoxError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}

/// An error type that a handler may return: [`Failure`], or whatever becomes a boxed error, such
/// as every [`std::error::Error`] that is `Send + Sync + 'static`, `anyhow::Error`, and `String`.
#[diagnostic::on_unimplemented(
    message = "a handler can't report the error type `{Self}`",
    label = "can't become a boxed error",
    note = "it must become a `Box<dyn std::error::Error + Send + Sync>`: implement \
            `std::error::Error` for `{Self}` (the thiserror crate derives it), which must hold \
            only what is `Send + Sync + 'static`; or return `anyhow::Error`, `String`, or \
            `stream_handler::Failure`"
)]
pub trait IntoFailure {
    /// The failure that the error stands for.
    fn into_failure(self) -> Failure;
}

impl IntoFailure for Failure {
    fn into_failure(self) -> Failure {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> IntoFailure for E {
    fn into_failure(self) -> Failure {
        Failure::retry(self)
    }
}

/// What a handler of the source `S` may return: nothing, or a `Result`.
#[diagnostic::on_unimplemented(
    message = "a handler can't return `{Self}`",
    label = "expected `()` or `Result<(), E>`",
    note = "return `Ok(())` for a record that is done and `Err(…)` for one that Lambda must \
            deliver again; a handler that can't fail returns nothing",
    note = "a function that returns a future is written as an `async fn`"
)]
pub trait IntoOutcome<S: Source> {
    /// What became of the record.
    fn into_outcome(self) -> Outcome<S::Output>;
}

impl<S: Source> IntoOutcome<S> for ()
where
    (): Success<S>,
{
    fn into_outcome(self) -> Outcome<S::Output> {
        Outcome::Done(self.into_output())
    }
}

impl<S: Source, T: Success<S>, E: IntoFailure> IntoOutcome<S> for Result<T, E> {
    fn into_outcome(self) -> Outcome<S::Output> {
        match self {
            Ok(value) => Outcome::Done(value.into_output()),
            Err(error) => Outcome::Failed(error.into_failure()),
        }
    }
}

/// What a handler of the source `S` may return in `Ok`: `()`, for all sources that are answered
/// with batch item failures.
#[diagnostic::on_unimplemented(
    message = "a handler can't return `Ok` with a `{Self}`",
    label = "expected `Result<(), E>`",
    note = "Lambda learns of a record only whether it is done: end the handler with `Ok(())`"
)]
pub trait Success<S: Source> {
    /// The value as the source's response needs it.
    fn into_output(self) -> S::Output;
}

impl<S: Source<Output = ()>> Success<S> for () {
    fn into_output(self) {}
}
