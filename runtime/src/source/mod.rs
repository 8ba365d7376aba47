//! Event sources: how an event is split into records, and how unprocessed records are reported.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Event, EventError, ItemIdentifier, Outcome};

#[cfg(all(
    feature = "aws_lambda_events",
    any(
        feature = "dynamodb",
        feature = "kafka",
        feature = "kinesis",
        feature = "sqs"
    )
))]
mod aws_lambda_events;
#[cfg(feature = "dynamodb")]
pub mod dynamodb;
mod field;
#[cfg(feature = "firehose")]
pub mod firehose;
pub(crate) mod identifier;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(feature = "kinesis")]
pub mod kinesis;
pub(crate) mod record;
#[cfg(feature = "s3_batch")]
pub mod s3_batch;
pub(crate) mod split;
#[cfg(feature = "sqs")]
pub mod sqs;

pub use self::split::{Split, array_at, elements};

/// An event source: what its events look like, what identifies a record, what must stay in order,
/// and how unprocessed records become a response.
///
/// A source is a type without data, which a [`Record`](crate::Record) names. This example reads events
/// of the form `{"items": [{"id": "…", "text": "…"}, …]}`, which a gateway of your own may post:
///
/// ```
/// use std::borrow::Cow;
/// use serde::Deserialize;
/// use stream_handler::{
///     Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
///     source::{Reporting, Split, array_at}, stream_handler,
/// };
///
/// enum Gateway {}
///
/// #[derive(Deserialize)]
/// struct Envelope<'e> {
///     #[serde(borrow)]
///     id: Option<Cow<'e, str>>,
///     #[serde(borrow)]
///     text: Option<Cow<'e, str>>,
/// }
///
/// impl Source for Gateway {
///     const NAME: &'static str = "gateway";
///     const IDENTIFIER: &'static str = "id";
///     const REPORTING: Reporting = Reporting::EachUnprocessed;
///     type Envelope<'e> = Envelope<'e>;
///     type Output = ();
///
///     fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
///         array_at(event, "items")
///     }
///
///     fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
///         ItemIdentifier::new(envelope.id.as_deref()?)
///     }
/// }
///
/// struct Item<T>(T);
///
/// impl<T: Payload> Record for Item<T> {
///     type Source = Gateway;
///
///     fn decode(raw: RawRecord<'_, '_, Gateway>) -> Result<Self, DecodeError> {
///         let text = raw.envelope().text.as_deref();
///         let text = text.ok_or_else(|| DecodeError::new("`text` is missing"))?;
///         T::decode(Data::text(text)).map(Item)
///     }
/// }
///
/// #[stream_handler]
/// fn on_item(item: Item<String>) -> Result<(), String> {
///     if item.0 == "bad" { Err(item.0) } else { Ok(()) }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let event = r#"{"items": [{"id": "1", "text": "good"}, {"id": "2", "text": "bad"}]}"#;
/// let event = stream_handler::LambdaEvent::new(serde_json::from_str(event).unwrap(), Default::default());
/// let response = on_item::batch(event).await.unwrap();
/// assert_eq!(response.batch_item_failures()[0].to_string(), "2");
/// # });
/// ```
///
/// [`elements`] splits events that are arrays themselves, as EventBridge Pipes sends them.
///
/// A source that supports tumbling windows also implements [`Windowed`]. An event belongs to a window if
/// it has a `window` or `isFinalInvokeForWindow` key at its top level. A record handler without the
/// `window` option refuses such an event, since its response would lack the window's state.
pub trait Source: Sized + 'static {
    /// The source's name in messages.
    const NAME: &'static str;

    /// The path of the identifier in a record, for messages: `kinesis.sequenceNumber`.
    const IDENTIFIER: &'static str;

    /// How unprocessed records are reported. This also determines what a failure stops.
    const REPORTING: Reporting;

    /// The fields of a record that are read before it is decoded. Declare as few as possible and parse
    /// them leniently, so that a record with another malformed field can still be identified.
    type Envelope<'e>: Deserialize<'e> + Send + Sync;

    /// What a record handler returns for a processed record: `()` for a source whose response is a
    /// list of batch item failures.
    type Output;

    /// Finds the records in an event and reads the envelope of each. [`array_at`] does this for events
    /// that contain an array, [`elements`] for events that are an array.
    ///
    /// # Errors
    ///
    /// The event is not one of this source's.
    fn split(event: &Event) -> Result<Split<'_, Self::Envelope<'_>>, EventError>;

    /// The name of the source that a record comes from, if it is not this source.
    #[must_use]
    fn foreign<'a>(envelope: &'a Self::Envelope<'_>) -> Option<Cow<'a, str>> {
        let _ = envelope;
        None
    }

    /// Splits a record that contains several records, such as an aggregate of the Kinesis Producer
    /// Library. `None` for any other record.
    ///
    /// The record handler is called for each part. Each part has a lane and an outcome of its own, at
    /// the record's position in the batch. Parts usually share the record's identifier, which the
    /// response then names once. [`RawRecord::index`](crate::RawRecord::index) and
    /// [`RawRecord::json`](crate::RawRecord::json) belong to the record that contained them.
    #[must_use]
    fn unpack<'e>(envelope: &Self::Envelope<'e>) -> Option<Vec<Self::Envelope<'e>>> {
        let _ = envelope;
        None
    }

    /// The record's identifier in the response; `None` if it is missing.
    #[must_use]
    fn identifier(envelope: &Self::Envelope<'_>) -> Option<ItemIdentifier>;

    /// The record's lane. Records of the same lane are handled in order, one after another.
    #[must_use]
    fn lane<'a>(envelope: &'a Self::Envelope<'_>) -> Lane<'a> {
        let _ = envelope;
        Lane::Free
    }

    /// How often the record was delivered, including this delivery; `None` if the source does not count
    /// deliveries.
    #[must_use]
    fn attempts(envelope: &Self::Envelope<'_>) -> Option<u32> {
        let _ = envelope;
        None
    }

    /// The entry for one record, for a source with [`Reporting::EachRecord`].
    ///
    /// # Errors
    ///
    /// The entry can't be written as JSON; the invocation then fails.
    fn record_response(
        envelope: &Self::Envelope<'_>,
        identifier: &ItemIdentifier,
        outcome: &Outcome<Self::Output>,
    ) -> serde_json::Result<Box<RawValue>> {
        let _ = (envelope, identifier, outcome);
        Err(serde::ser::Error::custom(
            "this source has no response for a single record",
        ))
    }

    /// The response with the entries of all records in their order, for a source with
    /// [`Reporting::EachRecord`].
    ///
    /// # Errors
    ///
    /// The response can't be written as JSON; the invocation then fails.
    fn batch_response(
        event: &Event,
        entries: &[Box<RawValue>],
    ) -> serde_json::Result<Box<RawValue>> {
        let _ = event;
        serde_json::value::to_raw_value(entries)
    }
}

/// An event source that supports tumbling windows: Kinesis and DynamoDB Streams. Record handlers of
/// other sources can't have the `window` option.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no tumbling windows",
    label = "this record handler can't have a `window`",
    note = "Lambda has tumbling windows for Kinesis and DynamoDB Streams: the record is a \
            `KinesisRecord<T>` or a `DynamoDbRecord<T>`",
    note = "without windows: remove `window = …` and the parameter marked `#[state]`"
)]
pub trait Windowed: Source {}

/// Identifies the records of a batch that must stay in order with a given record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lane<'a> {
    /// No records.
    Free,
    /// The records with the same key.
    Key(Cow<'a, str>),
    /// All records, since the record's lane is unknown.
    Unknown,
}

/// How a response reports unprocessed records, and what a failure stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reporting {
    /// A stream: the response names the first unprocessed record, from which Lambda delivers again.
    /// A failure stops the rest of the batch, which is delivered again in any case.
    Checkpoint,
    /// A queue: the response names every unprocessed record. A failure stops the rest of its lane.
    EachUnprocessed,
    /// The response has an entry for every record: see [`Source::record_response`]. A failure stops
    /// the rest of its lane.
    EachRecord,
}
