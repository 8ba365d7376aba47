//! The records of an event, each kept apart.

use crate::{Event, EventError, ItemIdentifier, Source, event::Object, source::Lane};

/// The records of an event, not yet decoded.
pub(crate) enum Records<'e, S: Source> {
    /// All of them could be read.
    Clean(Vec<S::Envelope<'e>>),
    /// Some could not; each was read alone.
    Isolated(Vec<Result<S::Envelope<'e>, serde_json::Error>>),
    /// Some held several; each with the position in the event of what it was in.
    Unpacked(Vec<(usize, Result<S::Envelope<'e>, serde_json::Error>)>),
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
        Ok(records.unpack())
    }

    /// Takes apart the records that hold several, if there are any.
    fn unpack(self) -> Self {
        let several: Vec<_> = (0..self.len())
            .filter_map(|index| Some((index, S::unpack(self.envelope(index).ok()?)?)))
            .collect();
        if several.is_empty() {
            return self;
        }
        let records = match self {
            Self::Clean(records) => records.into_iter().map(Ok).collect(),
            Self::Isolated(records) => records,
            Self::Unpacked(_) => return self,
        };
        let mut several = several.into_iter().peekable();
        let mut unpacked = Vec::with_capacity(records.len());
        for (position, record) in records.into_iter().enumerate() {
            match several.next_if(|(index, _)| *index == position) {
                Some((_, parts)) => {
                    unpacked.extend(parts.into_iter().map(|part| (position, Ok(part))));
                }
                None => unpacked.push((position, record)),
            }
        }
        Self::Unpacked(unpacked)
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Clean(records) => records.len(),
            Self::Isolated(records) => records.len(),
            Self::Unpacked(records) => records.len(),
        }
    }

    pub(crate) fn envelope(&self, index: usize) -> Result<&S::Envelope<'e>, &serde_json::Error> {
        match self {
            Self::Clean(records) => Ok(&records[index]),
            Self::Isolated(records) => records[index].as_ref(),
            Self::Unpacked(records) => records[index].1.as_ref(),
        }
    }

    /// Where in the event a record is: where that is that held it, if one did.
    pub(crate) fn position(&self, index: usize) -> usize {
        match self {
            Self::Clean(_) | Self::Isolated(_) => index,
            Self::Unpacked(records) => records[index].0,
        }
    }

    /// The lane of each record. One that can't be read may be of any, if the batch has any.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = Lane<'_>> {
        let ordered = |index| {
            let envelope = self.envelope(index).ok();
            envelope.is_some_and(|envelope| S::lane(envelope) != Lane::Free)
        };
        let unreadable = match self {
            Self::Clean(_) => Lane::Free,
            _ if (0..self.len()).any(ordered) => Lane::Unknown,
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
