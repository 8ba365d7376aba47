//! What a record handler may return.

use crate::{IntoFailure, Outcome, Source};

/// What a record handler of the source `S` may return: nothing, or a `Result`.
///
/// This trait is sealed. To return another value in `Ok`, implement [`Success`] for it. To return an
/// error of your own, implement [`std::error::Error`] or [`IntoFailure`] for it.
#[diagnostic::on_unimplemented(
    message = "a record handler can't return `{Self}`",
    label = "expected `()` or `Result<(), E>`",
    note = "return `Ok(())` for a processed record and `Err(…)` for a record that Lambda must \
            deliver again; a record handler that can't fail returns nothing",
    note = "write a function that returns a future as an `async fn`"
)]
pub trait IntoOutcome<S: Source> {
    /// What became of the record.
    #[doc(hidden)]
    fn into_outcome(self, sealed: Sealed) -> Outcome<S::Output>;
}

/// Seals [`IntoOutcome`]: no other crate can name this type, so none can implement the method. A
/// sealed supertrait would add a second unsatisfied bound to each error about a return type.
#[derive(Debug, Clone, Copy)]
pub struct Sealed;

impl<S: Source> IntoOutcome<S> for ()
where
    (): Success<S>,
{
    fn into_outcome(self, _: Sealed) -> Outcome<S::Output> {
        Outcome::Processed(self.into_output())
    }
}

impl<S: Source, T: Success<S>, E: IntoFailure> IntoOutcome<S> for Result<T, E> {
    fn into_outcome(self, _: Sealed) -> Outcome<S::Output> {
        match self {
            Ok(value) => Outcome::Processed(value.into_output()),
            Err(error) => Outcome::Failed(error.into_failure()),
        }
    }
}

/// What a record handler of the source `S` may return in `Ok`: `()`, for all sources whose response
/// is a list of batch item failures.
#[diagnostic::on_unimplemented(
    message = "a record handler of this event source can't return `Ok` with a `{Self}`",
    label = "not a value for the source's response",
    note = "the response of most sources has no place for a value: end the record handler with `Ok(())`; \
            for `Firehose` return `Transformed`, for `S3Batch` return `()` or a `String`"
)]
pub trait Success<S: Source> {
    /// The value as the source's response needs it.
    fn into_output(self) -> S::Output;
}

impl<S: Source<Output = ()>> Success<S> for () {
    fn into_output(self) {}
}
