//! Why a record failed.

use std::{error::Error, fmt};

use serde::Serialize;

use crate::{
    error::{BoxError, Chain, DecodeError},
    panic::{self, Panic},
};

/// Why a record failed, and whether another delivery may help.
///
/// A record handler may return any error, which then counts as a
/// [transient](Failure::transient) failure. To distinguish permanent failures, return
/// `Result<(), Failure>`; `?` turns any error into a transient failure:
///
/// ```
/// use stream_handler::Failure;
///
/// fn charge(amount: i64) -> Result<(), Failure> {
///     if amount < 0 {
///         return Err(Failure::permanent(format!("a negative amount: {amount}")));
///     }
///     let _receipt: u32 = "42".parse()?; // an error here is transient
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
    /// The record handler returned an error.
    Error,
    /// The record handler panicked.
    Panic,
    /// The record handler took longer than `record_timeout`.
    Timeout,
    /// The record can't be decoded, so the record handler was not called.
    Undecodable,
}

impl Failure {
    /// A transient failure, which another delivery may fix: a timeout, a throttled call, a lock.
    pub fn transient(error: impl Into<BoxError>) -> Self {
        Self::new(Reason::Error, false, error.into())
    }

    /// A permanent failure, which no other delivery can fix, because the record itself is invalid.
    ///
    /// The dead-letter function gets the record. The record is processed if that function succeeds.
    /// Without a dead-letter function the record is reported like any other failed record.
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

    /// The failure of a record for which the user's function `who` panicked.
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

    /// Whether the failure is permanent: no other delivery can fix it.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }

    /// The error: the one that the record handler returned, or the one that describes a panic, a timeout or
    /// a record that can't be decoded.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }
}

/// The error and its sources: `outer: middle: root`.
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
///     // The text is not a number in any other delivery either.
///     text.parse::<i64>().permanent()
/// }
/// # assert!(amount("a").unwrap_err().is_permanent());
/// ```
pub trait Permanent<T> {
    /// The same result, with its error as a permanent failure.
    ///
    /// # Errors
    ///
    /// If `self` is an error.
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

// `Failure` doesn't implement `std::error::Error`: this conversion would then overlap with
// `From<T> for T`, and `?` could not convert every error.
impl<E: Into<BoxError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::transient(error)
    }
}

/// An error type that a record handler may return: [`Failure`], or any type that becomes a boxed
/// error, such as every [`std::error::Error`] that is `Send + Sync + 'static`, `anyhow::Error`, and
/// `String`.
#[diagnostic::on_unimplemented(
    message = "the error type `{Self}` can't be reported",
    label = "can't become a boxed error",
    note = "it must become a `Box<dyn std::error::Error + Send + Sync>`: implement \
            `std::error::Error` for `{Self}` (the thiserror crate derives it), whose fields \
            must be `Send + Sync + 'static`; or return `anyhow::Error`, `String`, or \
            `stream_handler::Failure`"
)]
pub trait IntoFailure {
    /// The failure for this error.
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
        Failure::transient(self)
    }
}
