//! Calls the user's functions for one record, and stores the futures of these calls.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use crate::{
    DeadLetter, DecodeError, Failure, Outcome, RawRecord, Source,
    handler::{Handler, Receive},
    panic::Contained,
};

/// The calls that an attempt makes to the user's functions. All user code that runs for a record
/// runs in these methods, and any of it may panic.
///
/// The code of an attempt is compiled once per source rather than once per record handler, because
/// it takes a `dyn Calls`.
pub(crate) trait Calls<S: Source> {
    /// Decodes the record and calls the record handler. Sets `decoded` in between, so that after a
    /// panic the caller knows which of the two panicked.
    fn handle(
        self: Pin<&mut Self>,
        index: usize,
        raw: RawRecord<'_, '_, S>,
        decoded: &mut bool,
    ) -> Result<(), DecodeError>;

    /// Polls the call of the record handler.
    fn poll_handled(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome<S::Output>>;

    /// Calls the dead-letter function.
    fn send(self: Pin<&mut Self>, letter: DeadLetter);

    /// Polls the call of the dead-letter function.
    fn poll_sent(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Failure>>;

    /// Drops the running calls.
    fn discard(self: Pin<&mut Self>);
}

pin_project! {
    /// A record handler without a state, its dead-letter function, and at most one call of each.
    pub(crate) struct InFlight<'h, H, D>
    where
        H: Handler<State = ()>,
        D: Receive<DeadLetter>,
    {
        handler: &'h H,
        dead_letter: Option<&'h D>,
        #[pin]
        handled: Contained<H::Future>,
        #[pin]
        sent: Contained<D::Future>,
    }
}

impl<'h, H, D> InFlight<'h, H, D>
where
    H: Handler<State = ()>,
    D: Receive<DeadLetter>,
{
    pub(crate) fn new(handler: &'h H, dead_letter: Option<&'h D>) -> Self {
        Self {
            handler,
            dead_letter,
            handled: Contained::empty(),
            sent: Contained::empty(),
        }
    }
}

impl<H, D> Calls<H::Source> for InFlight<'_, H, D>
where
    H: Handler<State = ()>,
    D: Receive<DeadLetter>,
{
    fn handle(
        self: Pin<&mut Self>,
        index: usize,
        raw: RawRecord<'_, '_, H::Source>,
        decoded: &mut bool,
    ) -> Result<(), DecodeError> {
        let this = self.project();
        let record = this.handler.decode(raw)?;
        *decoded = true;
        this.handled.set(this.handler.call(index, record, ()));
        Ok(())
    }

    fn poll_handled(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Outcome<<H::Source as Source>::Output>> {
        let this = self.project();
        let returned = ready!(this.handled.poll(context));
        let (outcome, ()) = this.handler.outcome(returned);
        Poll::Ready(outcome)
    }

    fn send(self: Pin<&mut Self>, letter: DeadLetter) {
        let this = self.project();
        if let Some(dead_letter) = this.dead_letter {
            this.sent.set(dead_letter.receive(letter));
        }
    }

    fn poll_sent(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.project().sent.poll(context)
    }

    fn discard(self: Pin<&mut Self>) {
        let this = self.project();
        this.handled.discard();
        this.sent.discard();
    }
}
