//! What the macro's output calls. Not a public API: it changes with any release.
//!
//! `batch` of a handler is three calls. The first checks the record type, the second the return
//! type, each standing at that type in the user's code; the third needs no bound on either, so
//! that a mistake is reported once, where it was made. What the bounds prove goes along as
//! function pointers.

use lambda_runtime::Context;

pub use crate::settings::Settings;
use crate::{
    Batch, BatchError, BatchResponse, DeadLetter, DecodeError, Failure, IntoOutcome, Outcome,
    RawRecord, Record, Source, batch, dead_letter::IntoSent,
};

/// A batch whose records can be decoded.
#[derive(Debug)]
pub struct Records<R, S: Source> {
    batch: Batch<R>,
    decode: fn(RawRecord<'_, '_, S>) -> Result<R, DecodeError>,
}

/// Checks the record type.
#[must_use]
pub fn records<R: Record<Source = S>, S: Source>(batch: Batch<R>) -> Records<R, S> {
    Records {
        batch,
        decode: R::decode,
    }
}

/// A function whose return value tells what became of a record.
#[derive(Debug)]
pub struct Handler<S: Source, O, F> {
    function: F,
    outcome: fn(O) -> Outcome<S::Output>,
}

/// Checks the return type.
pub fn handler<O, R, S, F, Fut>(_: &Records<R, S>, function: F) -> Handler<S, O, F>
where
    O: IntoOutcome<S>,
    S: Source,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
{
    Handler {
        function,
        outcome: O::into_outcome,
    }
}

/// Whether a dead-letter function took its letter.
///
/// # Errors
///
/// It did not.
pub fn sent<T: IntoSent>(sent: T) -> Result<(), Failure> {
    sent.into_sent()
}

/// Handles the batch.
pub async fn process<R, S, O, F, Fut, D, DFut>(
    records: Records<R, S>,
    handler: Handler<S, O, F>,
    context: &Context,
    settings: Settings<'_, D>,
) -> Result<BatchResponse, BatchError>
where
    S: Source,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
    D: Fn(DeadLetter) -> DFut,
    DFut: Future<Output = Result<(), Failure>>,
{
    batch::process(
        records.batch,
        context,
        records.decode,
        handler.function,
        handler.outcome,
        settings,
    )
    .await
}

/// A shared value for one more record.
pub fn shared<T: Shared>(value: &T) -> T {
    value.clone()
}

/// A type that a handler can take as a shared parameter.
#[diagnostic::on_unimplemented(
    message = "a shared parameter of a handler is cloned for each record, and `{Self}` is not `Clone`",
    label = "not `Clone`",
    note = "take it by reference, `&{Self}`, or in an `Arc<{Self}>`"
)]
pub trait Shared: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Shared for T {}

/// The invocation's context, for the parameter marked `#[context]`.
#[must_use]
pub fn context<'c, T: FromContext<'c>>(context: &'c Context) -> T {
    T::from_context(context)
}

/// A type that a parameter marked `#[context]` can have.
#[diagnostic::on_unimplemented(
    message = "a parameter marked `#[context]` can't be a `{Self}`",
    label = "expected `&Context` or `Context`",
    note = "the context is `stream_handler::Context`, which is `lambda_runtime::Context`"
)]
pub trait FromContext<'c> {
    /// The context as this type.
    fn from_context(context: &'c Context) -> Self;
}

impl<'c> FromContext<'c> for &'c Context {
    fn from_context(context: &'c Context) -> Self {
        context
    }
}

impl FromContext<'_> for Context {
    fn from_context(context: &Context) -> Self {
        context.clone()
    }
}
