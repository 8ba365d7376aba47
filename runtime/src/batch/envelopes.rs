//! The envelopes of the records of an event.

use crate::{
    Event, EventError, ItemIdentifier, Source,
    source::{Lane, Split},
};

/// The envelopes of an event's records. Payloads are not decoded yet.
pub(crate) struct Envelopes<'e, S: Source> {
    /// The JSON of each record of the event.
    json: Vec<&'e str>,
    read: Vec<serde_json::Result<S::Envelope<'e>>>,
    /// Whether the event belongs to a tumbling window, if that is known.
    is_window: Option<bool>,
    /// For each record, the position in the event of the record that contains it. `None` if no
    /// record of the event contains several.
    positions: Option<Vec<usize>>,
}

impl<'e, S: Source> Envelopes<'e, S> {
    pub(crate) fn split(event: &'e Event) -> Result<Self, EventError> {
        let Split {
            json,
            envelopes,
            is_window,
        } = S::split(event)?;
        for (index, envelope) in envelopes.iter().enumerate() {
            if let Some(other) = envelope.as_ref().ok().and_then(S::foreign) {
                return Err(EventError::new(
                    format!("{} records", S::NAME),
                    format!("that record {index} is from `{other}`"),
                ));
            }
        }
        Ok(Self {
            json,
            read: envelopes,
            is_window,
            positions: None,
        }
        .unpacked())
    }

    /// Unpacks the records that contain several records, if there are any.
    fn unpacked(mut self) -> Self {
        let several: Vec<_> = self
            .read
            .iter()
            .enumerate()
            .filter_map(|(index, envelope)| Some((index, S::unpack(envelope.as_ref().ok()?)?)))
            .collect();
        if several.is_empty() {
            return self;
        }
        let mut several = several.into_iter().peekable();
        let (mut unpacked, mut positions) = (Vec::new(), Vec::new());
        for (position, envelope) in self.read.into_iter().enumerate() {
            match several.next_if(|(index, _)| *index == position) {
                Some((_, parts)) => unpacked.extend(parts.into_iter().map(Ok)),
                None => unpacked.push(envelope),
            }
            positions.resize(unpacked.len(), position);
        }
        self.read = unpacked;
        self.positions = Some(positions);
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.read.len()
    }

    pub(crate) fn get(&self, index: usize) -> Result<&S::Envelope<'e>, &serde_json::Error> {
        self.read[index].as_ref()
    }

    /// The position in the event of this record, or of the record that contains it.
    pub(crate) fn position(&self, index: usize) -> usize {
        self.positions
            .as_ref()
            .map_or(index, |positions| positions[index])
    }

    /// The JSON of a record, or of the record that contains it.
    pub(crate) fn json(&self, index: usize) -> &'e str {
        self.json
            .get(self.position(index))
            .copied()
            .unwrap_or_default()
    }

    /// Whether the event belongs to a tumbling window, if that is known.
    pub(crate) fn is_window(&self) -> Option<bool> {
        self.is_window
    }

    /// The lane of each record. The lane of an unreadable record is unknown if the batch has
    /// ordered records; otherwise the record needs no order.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = Lane<'_>> {
        let ordered = |index| {
            let envelope = self.get(index).ok();
            envelope.is_some_and(|envelope| S::lane(envelope) != Lane::Free)
        };
        let all_readable = self.read.iter().all(Result::is_ok);
        let unreadable = if !all_readable && (0..self.len()).any(ordered) {
            Lane::Unknown
        } else {
            Lane::Free
        };
        (0..self.len()).map(move |index| match self.get(index) {
            Ok(envelope) => S::lane(envelope),
            Err(_) => unreadable.clone(),
        })
    }

    pub(crate) fn identifier(&self, index: usize) -> Option<ItemIdentifier> {
        self.get(index).ok().and_then(S::identifier)
    }

    pub(crate) fn attempts(&self, index: usize) -> Option<u32> {
        self.get(index).ok().and_then(S::attempts)
    }
}
