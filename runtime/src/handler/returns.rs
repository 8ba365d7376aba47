//! What a handler may return.

use crate::{IntoFailure, Outcome, Source};

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
        Outcome::Processed(self.into_output())
    }
}

impl<S: Source, T: Success<S>, E: IntoFailure> IntoOutcome<S> for Result<T, E> {
    fn into_outcome(self) -> Outcome<S::Output> {
        match self {
            Ok(value) => Outcome::Processed(value.into_output()),
            Err(error) => Outcome::Failed(error.into_failure()),
        }
    }
}

/// What a handler of the source `S` may return in `Ok`: `()`, for all sources that are answered
/// with batch item failures.
#[diagnostic::on_unimplemented(
    message = "a handler of `{S}` records can't return `Ok` with a `{Self}`",
    label = "not what the source is answered with",
    note = "most sources learn of a record only whether it is done: end the handler with `Ok(())`; \
            for `Firehose` return `Transformed`, for `S3Batch` `()` or a `String`"
)]
pub trait Success<S: Source> {
    /// The value as the source's response needs it.
    fn into_output(self) -> S::Output;
}

impl<S: Source<Output = ()>> Success<S> for () {
    fn into_output(self) {}
}
