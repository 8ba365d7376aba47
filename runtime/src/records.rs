//! The records of an event, each kept apart.

use crate::{Event, EventError, ItemIdentifier, Source, event::Object, source::Lane};

/// The records of an event, not yet decoded.
pub(crate) enum Records<'e, S: Source> {
    /// All of them could be read.
    Clean(Vec<S::Envelope<'e>>),
    /// Some could not; each was read alone.
    Isolated(Vec<Result<S::Envelope<'e>, serde_json::Error>>),
}

impl<'e, S: Source> Records<'e, S> {
    pub(crate) fn split(event: &'e Event) -> Result<Self, EventError> {
        let records = match S::split(event.json()) {
            Some(records) => Self::Clean(records),
            None => Self::Isolated(
                S::isolate(event.json())?
                    .into_iter()
                    .map(|record| {
                        serde_json::from_str(record.get()).map(|Object(envelope)| envelope)
                    })
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

    pub(crate) fn envelope(&self, index: usize) -> Result<&S::Envelope<'e>, &serde_json::Error> {
        match self {
            Self::Clean(records) => Ok(&records[index]),
            Self::Isolated(records) => records[index].as_ref(),
        }
    }

    /// The lane of each record. One that can't be read may be of any, if the batch has any.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = Lane<'_>> {
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

    pub(crate) fn attempts(&self, index: usize) -> Option<u32> {
        self.envelope(index).ok().and_then(S::attempts)
    }
}
