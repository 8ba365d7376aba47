//! Handles a batch of a tumbling window: folds its records into the state that Lambda carries from
//! invocation to invocation, and closes the window when it ends.
//!
//! The returned state contains exactly the records that Lambda won't deliver again. Each record gets
//! a copy of the state, which replaces the state when the record is processed. Without the copy, the
//! changes of a failed record could not be reverted, since the record handler makes them in place.

pub(crate) mod close;
pub(crate) mod event;
mod progress;

use std::{future::poll_fn, pin::pin, time::Instant};

use self::{event::Fields, progress::Folding};
use super::{
    Batch, attempt::Attempts, calls::InFlight, one_by_one::Sequence, report::log,
    settings::Settings, split,
};
use crate::{
    BatchError, BatchResponse, Context, DeadLetter, Window,
    handler::{Handler, Receive, state::StateType},
    panic,
};

/// Handles a batch of a window.
///
/// # Errors
///
/// The invocation fails as a whole; [`BatchError`] lists the reasons.
pub async fn process_window<H, C, D>(
    batch: Batch<H::Record>,
    context: &Context,
    handler: H,
    state: StateType<H::State>,
    close: C,
    settings: Settings<'_>,
    dead_letter: Option<D>,
) -> Result<BatchResponse, BatchError>
where
    H: Handler,
    C: Receive<Window<H::State>>,
    D: Receive<DeadLetter>,
{
    let begun = Instant::now();
    let settings = settings.without_missing_timers();
    let event = batch.event;
    let envelopes = split::<H::Source>(&event)?;
    let fields = Fields::read::<H::Source>(&event).inspect_err(log::invalid)?;
    let initial = state.read(fields.state).map_err(event::of::<H::Source>);
    let initial = initial.inspect_err(log::invalid)?;
    let folding = Folding::new(&handler, &state, initial, &envelopes);
    let attempts = Attempts {
        event: &event,
        envelopes: &envelopes,
        settings: &settings,
        has_dead_letter: dead_letter.is_some(),
    };
    let mut deadline = settings.deadline(context);
    let outcomes = {
        let mut calls = pin!(InFlight::new(&folding, dead_letter.as_ref()));
        let mut sequence = Sequence::new(&attempts);
        poll_fn(|context| sequence.poll(context, &mut deadline, calls.as_mut())).await;
        sequence.finish(begun)
    };
    let unprocessed = outcomes.first_unprocessed();
    let result = folding.settle(unprocessed);

    let response = match outcomes.respond(&event, &settings) {
        Ok(response) => {
            // An unprocessed record is delivered again, in another final invocation.
            let json = if unprocessed.is_none() && fields.is_final() {
                // The next window begins with the default state. Write it before closing the window:
                // if that failed afterwards, Lambda would have the window closed a second time.
                match state.write(None) {
                    Ok(json) => close::call(&close, fields.window(result), &mut deadline)
                        .await
                        .map(|()| json),
                    Err(error) => {
                        panic::discard(result);
                        Err(error)
                    }
                }
            } else {
                state.write(Some(result))
            };
            json.map(|json| response.with_state(json))
                .map_err(event::of::<H::Source>)
        }
        Err(error) => {
            panic::discard(result);
            Err(error)
        }
    };
    outcomes.report(&response, &settings, begun);
    response
}
