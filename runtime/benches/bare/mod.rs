//! A source whose records are empty, to measure the driver without decoding.

use stream_handler::{
    DecodeError, Event, EventError, ItemIdentifier, RawRecord, Record, Source,
    source::{Report, Split, elements},
};

/// Events are arrays of empty objects.
pub(crate) enum Nothing {}

#[derive(serde::Deserialize)]
pub(crate) struct Envelope {}

impl Source for Nothing {
    const NAME: &'static str = "nothing";
    const IDENTIFIER: &'static str = "nothing";
    const REPORT: Report = Report::EachUndone;
    type Envelope<'e> = Envelope;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, Envelope>, EventError> {
        elements(event)
    }

    fn identifier(_: &Envelope) -> Option<ItemIdentifier> {
        ItemIdentifier::new("nothing")
    }
}

/// A record.
pub(crate) struct Bare;

impl Record for Bare {
    type Source = Nothing;

    fn decode(_: RawRecord<'_, '_, Nothing>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}
