//! From an event to a response.

mod attempt;
mod calls;
pub(crate) mod dead_letter;
mod envelopes;
pub(crate) mod many_at_once;
pub(crate) mod one_by_one;
mod outcomes;
pub(crate) mod report;
pub(crate) mod response;
pub(crate) mod settings;
pub(crate) mod window;

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer};

use self::{envelopes::Envelopes, report::log};
use crate::{BatchError, Event, Source};

/// A batch of records of the type `R`, as Lambda delivers it: the payload type of the batch
/// handler.
///
/// Any JSON deserialises into a batch. The batch handler checks whether it is an event of `R`'s
/// source, so that the error can say what was expected. Each record is decoded just before the
/// record handler is called with it.
///
/// With a [`BodyLayer`](crate::BodyLayer) a batch takes the body of its invocation without a copy.
/// Without the layer, `lambda_runtime` first reads the whole body and copies its JSON.
pub struct Batch<R> {
    event: Event,
    record: PhantomData<fn() -> R>,
}

impl<R> From<Event> for Batch<R> {
    fn from(event: Event) -> Self {
        Self {
            event,
            record: PhantomData,
        }
    }
}

impl<R> Clone for Batch<R> {
    fn clone(&self) -> Self {
        self.event.clone().into()
    }
}

impl<R> fmt::Debug for Batch<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Batch").field(&self.event).finish()
    }
}

impl<'de, R> Deserialize<'de> for Batch<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Event::deserialize(deserializer).map(Self::from)
    }
}

/// Splits an event of the source into envelopes.
fn split<S: Source>(event: &Event) -> Result<Envelopes<'_, S>, BatchError> {
    Envelopes::split(event).map_err(|error| {
        let error = BatchError::InvalidEvent {
            source: S::NAME,
            error,
        };
        log::invalid(&error);
        error
    })
}

/// As [`split`], but rejects events of a tumbling window: the record handler has no window.
fn split_outside_windows<S: Source>(event: &Event) -> Result<Envelopes<'_, S>, BatchError> {
    let envelopes = split::<S>(event)?;
    window::event::refuse::<S>(event, envelopes.is_window()).inspect_err(log::invalid)?;
    Ok(envelopes)
}
