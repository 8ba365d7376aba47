//! From an event to a response: the one place where decoding, the driver and the source meet.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer};

use crate::{
    BatchError, BatchResponse, DecodeError, Event, EventError, Failure, ItemIdentifier, Outcome,
    RawRecord, Reason, Source,
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
pub(crate) async fn process<R, S, O, F, Fut>(
    batch: Batch<R>,
    decode: Decode<R, S>,
    handler: F,
    into_outcome: fn(O) -> Outcome<S::Output>,
) -> Result<BatchResponse, BatchError>
where
    S: Source,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
{
    let event = batch.event;
    let records = Records::<S>::split(&event).map_err(|error| {
        let error = BatchError::InvalidEvent {
            source: S::NAME,
            error,
        };
        log::invalid(&error);
        error
    })?;
    let lanes = match S::AFTER_FAILURE {
        AfterFailure::StopBatch => Lanes::single(records.len()),
        AfterFailure::StopLane => Lanes::new(records.lanes()),
    };
    let job = Job {
        event: &event,
        records: &records,
        decode,
        handler,
        into_outcome,
    };
    let outcomes = driver::drive(&lanes, |index| job.handle(index)).await;
    let outcomes = Outcomes {
        records: &records,
        outcomes,
    };
    let response = S::respond(&outcomes);
    log::batch(&outcomes, &response);
    outcomes.outcomes.into_iter().for_each(panic::discard);
    response
}

/// How a record is decoded.
type Decode<R, S> = fn(RawRecord<'_, '_, S>) -> Result<R, DecodeError>;

/// All that it takes to handle one record of a batch.
struct Job<'a, 'e, R, S: Source, O, F> {
    event: &'a Event,
    records: &'a Records<'e, S>,
    decode: Decode<R, S>,
    handler: F,
    into_outcome: fn(O) -> Outcome<S::Output>,
}

impl<R, S, O, F, Fut> Job<'_, '_, R, S, O, F>
where
    S: Source,
    F: Fn(R) -> Fut,
    Fut: Future<Output = O>,
{
    /// Handles one record, and logs what became of it.
    async fn handle(&self, index: usize) -> Outcome<S::Output> {
        let outcome = match self.decode(index) {
            Ok(record) => self.call(record).await,
            Err(failure) => Outcome::Failed(failure),
        };
        log::record(self.records, index, &outcome);
        outcome
    }

    fn decode(&self, index: usize) -> Result<R, Failure> {
        let envelope = self.records.envelope(index).map_err(|error| {
            let error = DecodeError::new("the record can't be read").because(error.to_string());
            Failure::undecodable(error)
        })?;
        panic::catch(|| (self.decode)(RawRecord::new(self.event, index, envelope)))
            .map_err(|panic| Failure::panic(Reason::Undecodable, "decoding the record", panic))?
            .map_err(Failure::undecodable)
    }

    async fn call(&self, record: R) -> Outcome<S::Output> {
        panic::catch_async(|| async { (self.into_outcome)((self.handler)(record).await) })
            .await
            .unwrap_or_else(|panic| {
                Outcome::Failed(Failure::panic(Reason::Panic, "the handler", panic))
            })
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
                    format!("that record {index} is from `{other}`"),
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
