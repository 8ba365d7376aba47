//! What the macro's output calls. Not a public API: it changes with any release.
//!
//! `batch` of a handler is three calls. The first checks the record type, the second the return
//! type, each standing at that type in the user's code; the third needs no bound on either, so
//! that a mistake is reported once, where it was made. What the bounds prove goes along as
//! function pointers.

use lambda_runtime::Context;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Batch, BatchError, BatchResponse, DeadLetter, DecodeError, Event, Failure, IntoFailure,
    IntoOutcome, Outcome, RawRecord, Record, Source, Window, batch,
    dead_letter::IntoSent,
    fold::{self, Fold},
    source::Windowed,
};
pub use crate::{fold::State, settings::Settings};

/// An event each record of which is read for itself, not by the layout of those before it: for tests,
/// which must find no difference.
#[must_use]
pub fn without_layouts(event: Event) -> Event {
    event.without_layouts()
}

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

/// Checks the type of a window's state.
#[must_use]
pub fn state<T: WindowState>() -> State<T> {
    State::new()
}

/// A type that the state of a tumbling window can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the state of a window",
    label = "not a state",
    note = "Lambda carries the state from one invocation to the next as JSON, it begins with the \
            default, and each record works on a copy of it: write `#[derive(Default, Clone, \
            serde::Serialize, serde::Deserialize)]` on `{Self}`"
)]
pub trait WindowState: Serialize + DeserializeOwned + Default + Clone {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Default + Clone> WindowState for T {}

/// Checks the return type of a function that folds records into a state.
pub fn fold<O, T, R, S, F, Fut>(_: &Records<R, S>, _: &State<T>, function: F) -> Handler<S, O, F>
where
    O: IntoOutcome<S>,
    S: Source,
    F: Fn(R, T) -> Fut,
    Fut: Future<Output = (O, T)>,
{
    Handler {
        function,
        outcome: O::into_outcome,
    }
}

/// What closes a window.
#[derive(Debug)]
pub struct Close<C>(C);

/// Checks that the source has windows.
pub fn close<T, R, S, C, CFut>(_: &Records<R, S>, _: &State<T>, close: C) -> Close<C>
where
    S: Windowed,
    C: Fn(Window<T>) -> CFut,
    CFut: Future<Output = Result<(), Failure>>,
{
    Close(close)
}

/// Whether a window is closed.
///
/// # Errors
///
/// It is not.
pub fn closed<T: IntoClosed>(closed: T) -> Result<(), Failure> {
    closed.into_closed()
}

/// What the closing function of a window may return.
#[diagnostic::on_unimplemented(
    message = "the closing function of a window can't return `{Self}`",
    label = "a closing function returns `()` or `Result<(), E>`",
    note = "return `Ok(())` when the window's result is in safety: its state is then gone"
)]
pub trait IntoClosed {
    /// Whether it is closed.
    ///
    /// # Errors
    ///
    /// It is not.
    fn into_closed(self) -> Result<(), Failure>;
}

impl IntoClosed for () {
    fn into_closed(self) -> Result<(), Failure> {
        Ok(())
    }
}

impl<E: IntoFailure> IntoClosed for Result<(), E> {
    fn into_closed(self) -> Result<(), Failure> {
        self.map_err(E::into_failure)
    }
}

/// Handles a batch of a window.
pub async fn process_window<R, S, T, O, F, Fut, C, CFut, D, DFut>(
    records: Records<R, S>,
    state: State<T>,
    handler: Handler<S, O, F>,
    close: Close<C>,
    context: &Context,
    settings: Settings<'_, D>,
) -> Result<BatchResponse, BatchError>
where
    S: Source,
    F: Fn(R, T) -> Fut,
    Fut: Future<Output = (O, T)>,
    C: Fn(Window<T>) -> CFut,
    CFut: Future<Output = Result<(), Failure>>,
    D: Fn(DeadLetter) -> DFut,
    DFut: Future<Output = Result<(), Failure>>,
{
    let fold = Fold {
        decode: records.decode,
        state,
        function: handler.function,
        into_outcome: handler.outcome,
        close: close.0,
    };
    fold::process(records.batch, fold, context, settings).await
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
