//! EventBridge Pipes as a source: a pipe from a Kinesis stream or a queue to a Lambda function.
//!
//! The event is an array of the records, which an enrichment may have added to. The answer is that
//! of an event source mapping; a record of a stream is identified by its `eventID` here, not by
//! its sequence number. AWS: Amazon EventBridge User Guide, "Amazon EventBridge Pipes batching and
//! concurrency" (`eb-pipes-batching-concurrency.html`), "Partial batch failure".

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use stream_handler::{
    Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
    source::{Lane, Reporting, Split, elements},
};

/// The source. It stops no more than a partition key's or message group's records after a failure,
/// and reports each unprocessed record: right for queues, and for streams, whose first one counts.
pub(crate) struct Pipe;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope<'e> {
    event_source: Option<Cow<'e, str>>,
    #[serde(rename = "eventID")]
    event_id: Option<Cow<'e, str>>,
    message_id: Option<Cow<'e, str>>,
    partition_key: Option<Cow<'e, str>>,
    data: Option<Cow<'e, str>>,
    body: Option<Cow<'e, str>>,
    #[serde(default)]
    attributes: Attributes<'e>,
    #[serde(borrow)]
    enrichment: Option<&'e RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Attributes<'e> {
    message_group_id: Option<Cow<'e, str>>,
}

impl Source for Pipe {
    const NAME: &'static str = "EventBridge Pipes";
    const IDENTIFIER: &'static str = "eventID` or `messageId";
    const REPORTING: Reporting = Reporting::EachUnprocessed;
    type Envelope<'e> = Envelope<'e>;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        elements(event)
    }

    fn foreign<'a>(envelope: &'a Envelope<'_>) -> Option<Cow<'a, str>> {
        let source = envelope.event_source.as_deref()?;
        (!matches!(source, "aws:kinesis" | "aws:sqs")).then_some(Cow::Borrowed(source))
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        let identifier = envelope
            .message_id
            .as_deref()
            .or(envelope.event_id.as_deref());
        ItemIdentifier::new(identifier?)
    }

    fn lane<'a>(envelope: &'a Envelope<'_>) -> Lane<'a> {
        let key = envelope.partition_key.as_deref();
        match key.or(envelope.attributes.message_group_id.as_deref()) {
            Some(key) => Lane::Key(Cow::Borrowed(key)),
            None => Lane::Free,
        }
    }
}

/// One record: what was sent, decoded into `T`, and what the enrichment added, if there is one.
#[derive(Debug)]
pub(crate) struct Piped<T, E> {
    pub(crate) sent: T,
    pub(crate) enrichment: Option<E>,
}

impl<T: Payload, E: Payload> Record for Piped<T, E> {
    type Source = Pipe;

    fn decode(raw: RawRecord<'_, '_, Pipe>) -> Result<Self, DecodeError> {
        let envelope = raw.envelope();
        let sent = match (envelope.data.as_deref(), envelope.body.as_deref()) {
            (Some(data), _) => Data::base64(data),
            (None, Some(body)) => Data::text(body),
            (None, None) => return Err(DecodeError::new("`data` and `body` are missing")),
        };
        let enrichment = envelope
            .enrichment
            .map(|json| E::decode(Data::text(json.get())));
        Ok(Self {
            sent: T::decode(sent)?,
            enrichment: enrichment.transpose()?,
        })
    }
}
