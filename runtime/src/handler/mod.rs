//! Record handlers: their parameters, their return types, and the checks of both.
//!
//! The generated code makes a `Handler` in two or three calls. Each call checks one type and has
//! the span of that type in the user's code, so that the compiler reports a mistake once, where it
//! was made. The calls store what their bounds prove as function pointers, so later code needs no
//! bounds on the user's types.

pub(crate) mod arguments;
pub(crate) mod failure;
pub(crate) mod outcome;
pub(crate) mod returns;
pub(crate) mod state;

use std::marker::PhantomData;

use self::{returns::Sealed, state::StateType};
use crate::{DecodeError, Failure, IntoOutcome, Outcome, RawRecord, Record, Source};

/// A record handler, as the runtime sees it.
pub trait Handler {
    /// The event source of the records.
    type Source: Source;
    /// The record type.
    type Record;
    /// What is passed from record to record: the state of a tumbling window, or `()`.
    type State;
    /// The future of one call.
    type Future: Future;

    /// Decodes a record.
    ///
    /// # Errors
    ///
    /// The record does not have the form that its type expects.
    fn decode(&self, raw: RawRecord<'_, '_, Self::Source>) -> Result<Self::Record, DecodeError>;

    /// Calls the record handler with the record at this position of the batch.
    fn call(&self, index: usize, record: Self::Record, state: Self::State) -> Self::Future;

    /// The outcome of the record, and the state after it.
    fn outcome(&self, returned: Returned<Self>) -> (OutcomeOf<Self>, Self::State);
}

/// What a call of a record handler resolves to.
pub(crate) type Returned<H> = <<H as Handler>::Future as Future>::Output;

/// The outcome of a record.
pub(crate) type OutcomeOf<H> = Outcome<<<H as Handler>::Source as Source>::Output>;

/// A dead-letter function or closing function. It receives one value; success means that the value
/// is safely stored.
pub trait Receive<T> {
    /// The future of one call.
    type Future: Future<Output = Result<(), Failure>>;

    /// Calls the function with the value.
    fn receive(&self, thing: T) -> Self::Future;
}

impl<F, T, Fut> Receive<T> for F
where
    F: Fn(T) -> Fut,
    Fut: Future<Output = Result<(), Failure>>,
{
    type Future = Fut;

    fn receive(&self, thing: T) -> Fut {
        self(thing)
    }
}

/// A record type that can be decoded.
#[derive(Debug)]
pub struct Decoder<R, S: Source>(fn(RawRecord<'_, '_, S>) -> Result<R, DecodeError>);

/// Checks the record type.
#[must_use]
pub fn record<R: Record<Source = S>, S: Source>() -> Decoder<R, S> {
    Decoder(R::decode)
}

/// A record handler without a state.
#[derive(Debug)]
pub struct Plain<R, S: Source, O, F> {
    decode: Decoder<R, S>,
    function: F,
    outcome: fn(O) -> Outcome<S::Output>,
}

/// Checks the return type.
pub fn handler<O, R, S, F, Fut>(decode: Decoder<R, S>, function: F) -> Plain<R, S, O, F>
where
    O: IntoOutcome<S>,
    S: Source,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
{
    Plain {
        decode,
        function,
        outcome: |returned| returned.into_outcome(Sealed),
    }
}

impl<R, S, O, F, Fut> Handler for Plain<R, S, O, F>
where
    S: Source,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
{
    type Source = S;
    type Record = R;
    type State = ();
    type Future = Fut;

    fn decode(&self, raw: RawRecord<'_, '_, S>) -> Result<R, DecodeError> {
        (self.decode.0)(raw)
    }

    fn call(&self, _: usize, record: R, (): ()) -> Fut {
        (self.function)(record)
    }

    fn outcome(&self, returned: O) -> (Outcome<S::Output>, ()) {
        ((self.outcome)(returned), ())
    }
}

/// A record handler that folds one record into the state of a tumbling window.
#[derive(Debug)]
pub struct Fold<R, S: Source, T, O, F> {
    decode: Decoder<R, S>,
    function: F,
    outcome: fn(O) -> Outcome<S::Output>,
    state: PhantomData<fn(T) -> T>,
}

/// Checks the return type of a record handler that folds records into a state.
pub fn fold<O, T, R, S, F, Fut>(
    decode: Decoder<R, S>,
    _: &StateType<T>,
    function: F,
) -> Fold<R, S, T, O, F>
where
    O: IntoOutcome<S>,
    S: Source,
    F: Fn(R, T) -> Fut,
    Fut: Future<Output = (O, T)>,
{
    Fold {
        decode,
        function,
        outcome: |returned| returned.into_outcome(Sealed),
        state: PhantomData,
    }
}

impl<R, S, T, O, F, Fut> Handler for Fold<R, S, T, O, F>
where
    S: Source,
    F: Fn(R, T) -> Fut,
    Fut: Future<Output = (O, T)>,
{
    type Source = S;
    type Record = R;
    type State = T;
    type Future = Fut;

    fn decode(&self, raw: RawRecord<'_, '_, S>) -> Result<R, DecodeError> {
        (self.decode.0)(raw)
    }

    fn call(&self, _: usize, record: R, state: T) -> Fut {
        (self.function)(record, state)
    }

    fn outcome(&self, (output, state): (O, T)) -> (Outcome<S::Output>, T) {
        ((self.outcome)(output), state)
    }
}
