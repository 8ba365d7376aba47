//! A source whose envelope asks an object for more after it has ended, as a visitor may.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use stream_handler::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
    source::{Reporting, Split, array_at},
};

pub(crate) enum Eager {}

#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<'e> {
    id: String,
    /// How many members are in the object within.
    within: Members,
    #[serde(borrow)]
    text: Option<Cow<'e, str>>,
}

#[derive(Debug)]
struct Members(usize);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnceMore;

        impl<'de> Visitor<'de> for OnceMore {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = 0;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    members += 1;
                }
                let one_more = map.next_entry::<IgnoredAny, IgnoredAny>()?;
                Ok(Members(members + usize::from(one_more.is_some())))
            }
        }

        deserializer.deserialize_map(OnceMore)
    }
}

impl Source for Eager {
    const NAME: &'static str = "eager";
    const IDENTIFIER: &'static str = "id";
    const REPORTING: Reporting = Reporting::EachUnprocessed;
    type Envelope<'e> = Envelope<'e>;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        array_at(event, "items")
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        ItemIdentifier::new(envelope.id.as_str())
    }
}

pub(crate) struct Item {
    pub(crate) members: usize,
    pub(crate) text: Option<String>,
}

impl Record for Item {
    type Source = Eager;

    fn decode(raw: RawRecord<'_, '_, Eager>) -> Result<Self, DecodeError> {
        let Envelope { within, text, .. } = raw.envelope();
        let text = text.as_deref().map(|text| String::decode(Data::text(text)));
        Ok(Self {
            members: within.0,
            text: text.transpose()?,
        })
    }
}
