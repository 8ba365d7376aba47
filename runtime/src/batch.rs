//! From an event to a response: the one place where decoding, the driver and the source meet.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer};

use crate::{
    BatchError, BatchResponse, DecodeError, Event, EventError, Failure, IntoOutcome,
    ItemIdentifier, Outcome, RawRecord, Reason, Record, Source,
    driver::{self, Lanes},
    log, panic,
    source::{AfterFailure, Lane},
};

/// A batch of records of the type `R`, as Lambda delivers it: the payload type of the handler.
///
/// Any JSON deserialises into a batch; whether it is an event of `R`'s source is found when the
/// batch is handled, so that the error says so. The records are decoded one at a time, each just
/// before the function is called with it.
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

/// Handles a batch: decodes each record, calls the handler with it, and reports what is not done.
pub(crate) async fn process<R, O, F, Fut>(
    batch: Batch<R>,
    handler: F,
) -> Result<BatchResponse, BatchError>
where
    R: Record,
    O: IntoOutcome<<R::Source as Source>::Output>,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
{
    let event = batch.event;
    let records = Records::<R::Source>::split(&event).map_err(|error| {
        let error = BatchError::InvalidEvent {
            source: R::Source::NAME,
            error,
        };
        log::invalid(&error);
        error
    })?;
    let lanes = match R::Source::AFTER_FAILURE {
        AfterFailure::StopBatch => Lanes::single(records.len()),
        AfterFailure::StopLane => Lanes::new(records.lanes()),
    };
    let outcomes = driver::drive(&lanes, |index| handle(&event, &records, index, &handler)).await;
    let outcomes = Outcomes {
        records: &records,
        outcomes,
    };
    let response = R::Source::respond(&outcomes);
    log::batch(&outcomes, &response);
    outcomes.outcomes.into_iter().for_each(panic::discard);
    response
}

/// Handles one record, and logs what became of it.
async fn handle<R, O, F, Fut>(
    event: &Event,
    records: &Records<'_, R::Source>,
    index: usize,
    handler: &F,
) -> Outcome<<R::Source as Source>::Output>
where
    R: Record,
    O: IntoOutcome<<R::Source as Source>::Output>,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
{
    let outcome = attempt(event, records, index, handler).await;
    log::record(records, index, &outcome);
    outcome
}

/// Decodes one record and calls the handler with it. Nothing that goes wrong gets past here.
async fn attempt<R, O, F, Fut>(
    event: &Event,
    records: &Records<'_, R::Source>,
    index: usize,
    handler: &F,
) -> Outcome<<R::Source as Source>::Output>
where
    R: Record,
    O: IntoOutcome<<R::Source as Source>::Output>,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
{
    let envelope = match records.envelope(index) {
        Ok(envelope) => envelope,
        Err(error) => {
            let error = DecodeError::new("the record can't be read").because(error.to_string());
            return Outcome::Failed(Failure::undecodable(error));
        }
    };
    let record = match panic::catch(|| R::decode(RawRecord::new(event, index, envelope))) {
        Ok(Ok(record)) => record,
        Ok(Err(error)) => return Outcome::Failed(Failure::undecodable(error)),
        Err(panic) => {
            let failure = Failure::panic(Reason::Undecodable, "decoding the record", panic);
            return Outcome::Failed(failure);
        }
    };
    match panic::catch_async(|| async { handler(record).await.into_outcome() }).await {
        Ok(outcome) => outcome,
        Err(panic) => Outcome::Failed(Failure::panic(Reason::Panic, "the handler", panic)),
    }
}

/// The records of an event, not yet decoded.
pub(crate) enum Records<'e, S: Source> {
    /// All of them could be read.
    Clean(Vec<S::Envelope<'e>>),
    /// Some could not; each was read alone.
    Isolated(Vec<Result<S::Envelope<'e>, serde_json::Error>>),
}

impl<'e, S: Source> Records<'e, S> {
    fn split(event: &'e Event) -> Result<Self, EventError> {
        let records = match S::split(event.json()) {
            Some(records) => Self::Clean(records),
            None => Self::Isolated(
                S::isolate(event.json())?
                    .into_iter()
                    .map(|record| serde_json::from_str(record.get()))
                    .collect(),
            ),
        };
        for index in 0..records.len() {
            let envelope = records.envelope(index).ok();
            if let Some(other) = envelope.and_then(|envelope| S::foreign(envelope)) {
                return Err(EventError::new(
                    format!("{} records", S::NAME),
                    format!("record {index} to be from `{other}`"),
                ));
            }
        }
        Ok(records)
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Clean(records) => records.len(),
            Self::Isolated(records) => records.len(),
        }
    }

    fn envelope(&self, index: usize) -> Result<&S::Envelope<'e>, &serde_json::Error> {
        match self {
            Self::Clean(records) => Ok(&records[index]),
            Self::Isolated(records) => records[index].as_ref(),
        }
    }

    /// The lane of each record. One that can't be read may be of any, if the batch has any.
    fn lanes(&self) -> impl Iterator<Item = Lane<'_>> {
        let unreadable = match self {
            Self::Isolated(records)
                if records
                    .iter()
                    .flatten()
                    .any(|envelope| S::lane(envelope) != Lane::Free) =>
            {
                Lane::Unknown
            }
            _ => Lane::Free,
        };
        (0..self.len()).map(move |index| match self.envelope(index) {
            Ok(envelope) => S::lane(envelope),
            Err(_) => unreadable.clone(),
        })
    }

    pub(crate) fn identifier(&self, index: usize) -> Option<ItemIdentifier> {
        self.envelope(index).ok().and_then(S::identifier)
    }
}

/// What became of each record of a batch, for [`Source::respond`].
pub struct Outcomes<'a, 'e, S: Source> {
    pub(crate) records: &'a Records<'e, S>,
    pub(crate) outcomes: Vec<Outcome<S::Output>>,
}

impl<S: Source> Outcomes<'_, '_, S> {
    /// What became of each record, in the order of the batch, with what identifies it.
    pub fn iter(&self) -> impl Iterator<Item = (Option<ItemIdentifier>, &Outcome<S::Output>)> {
        self.outcomes
            .iter()
            .enumerate()
            .map(|(index, outcome)| (self.records.identifier(index), outcome))
    }

    /// Reports the first record that is not done, alone: the checkpoint of a stream.
    ///
    /// # Errors
    ///
    /// That record has no identifier.
    pub fn checkpoint(&self) -> Result<BatchResponse, BatchError> {
        self.undone().take(1).collect()
    }

    /// Reports each record that is not done.
    ///
    /// # Errors
    ///
    /// One of them has no identifier.
    pub fn each_undone(&self) -> Result<BatchResponse, BatchError> {
        self.undone().collect()
    }

    fn undone(&self) -> impl Iterator<Item = Result<ItemIdentifier, BatchError>> {
        let undone = self.outcomes.iter().enumerate();
        undone
            .filter(|(_, outcome)| !outcome.is_done())
            .map(|(index, outcome)| {
                self.records
                    .identifier(index)
                    .ok_or_else(|| BatchError::MissingIdentifier {
                        source: S::NAME,
                        field: S::IDENTIFIER,
                        index,
                        records: self.records.len(),
                        outcome: log::describe(outcome),
                    })
            })
    }
}

impl<S: Source> fmt::Debug for Outcomes<'_, '_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes")
            .field("records", &self.records.len())
            .finish_non_exhaustive()
    }
}
