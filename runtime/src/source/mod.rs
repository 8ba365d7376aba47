//! Event sources: how an event falls apart into records, and how undone records are reported.

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
/// and how the records that are not done become a response.
///
/// A source holds no data; it is a type that [`Record`](crate::Record)s name. This one is for
/// events of the shape `{"items": [{"id": "…", "text": "…"}, …]}`, as a gateway of one's own may
/// post them:
///
/// ```
/// use std::borrow::Cow;
/// use serde::Deserialize;
/// use stream_handler::{
///     Data, DecodeError, Event, EventError, ItemIdentifier, Payload, RawRecord, Record, Source,
///     source::{Report, Split, array_at}, stream_handler,
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
///     const REPORT: Report = Report::EachUndone;
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
/// Events that are arrays themselves, as EventBridge Pipes sends them, fall apart with
/// [`elements`].
pub trait Source: Sized + 'static {
    /// What messages call the source.
    const NAME: &'static str;

    /// Where in a record its identifier is, for messages: `kinesis.sequenceNumber`.
    const IDENTIFIER: &'static str;

    /// How undone records are reported, which decides what a failure stops.
    const REPORT: Report;

    /// Whether Lambda may deliver this source's events in tumbling windows, as [`Windowed`] says as
    /// well. An event of one is then refused for a handler without `window`, whose response would
    /// lack the state.
    const WINDOWS: bool = false;

    /// What is read of each record before it is decoded: as little as possible, and leniently, so
    /// that a record that is odd elsewhere can still be identified.
    type Envelope<'e>: Deserialize<'e> + Send + Sync;

    /// What a handler returns for a record that is done: `()` for a source that is answered with
    /// batch item failures.
    type Output;

    /// Finds the records in an event, and reads the envelope of each: [`array_at`] and [`elements`]
    /// do, for events that hold an array or are one.
    ///
    /// # Errors
    ///
    /// The event is not one of this source's.
    fn split(event: &Event) -> Result<Split<'_, Self::Envelope<'_>>, EventError>;

    /// The name of the other source that a record says it is from.
    #[must_use]
    fn foreign<'a>(envelope: &'a Self::Envelope<'_>) -> Option<Cow<'a, str>> {
        let _ = envelope;
        None
    }

    /// Takes apart a record of the event that holds several records, such as an aggregate of the
    /// Kinesis Producer Library. `None` for one that is a record itself, as nearly always.
    ///
    /// Each part is a record to the handler and in the outcomes, in its own lane, at this place in
    /// the batch. Parts of one record mostly share its identifier: a response names it once.
    /// [`RawRecord::index`](crate::RawRecord::index) and
    /// [`RawRecord::json`](crate::RawRecord::json) are those of the record that held them.
    #[must_use]
    fn unpack<'e>(envelope: &Self::Envelope<'e>) -> Option<Vec<Self::Envelope<'e>>> {
        let _ = envelope;
        None
    }

    /// What identifies a record in the response; `None` when it is missing.
    #[must_use]
    fn identifier(envelope: &Self::Envelope<'_>) -> Option<ItemIdentifier>;

    /// The lane of a record: records of the same lane are handled in order, one after another.
    #[must_use]
    fn lane<'a>(envelope: &'a Self::Envelope<'_>) -> Lane<'a> {
        let _ = envelope;
        Lane::Free
    }

    /// How often a record was delivered, this time included, if the source tells.
    #[must_use]
    fn attempts(envelope: &Self::Envelope<'_>) -> Option<u32> {
        let _ = envelope;
        None
    }

    /// The answer to one record, for a source with [`Report::EachRecord`].
    ///
    /// # Errors
    ///
    /// It can't be written as JSON; the invocation then fails.
    fn answer(
        envelope: &Self::Envelope<'_>,
        identifier: &ItemIdentifier,
        outcome: &Outcome<Self::Output>,
    ) -> serde_json::Result<Box<RawValue>> {
        let _ = (envelope, identifier, outcome);
        Err(serde::ser::Error::custom(
            "this source answers no single records",
        ))
    }

    /// The response that the answers to all records make, in their order, for a source with
    /// [`Report::EachRecord`].
    ///
    /// # Errors
    ///
    /// It can't be written as JSON; the invocation then fails.
    fn answers(event: &Event, answers: &[Box<RawValue>]) -> serde_json::Result<Box<RawValue>> {
        let _ = event;
        serde_json::value::to_raw_value(answers)
    }
}

/// An event source whose events may be of a tumbling window: Kinesis and DynamoDB Streams. A handler
/// of any other can't have the option `window`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no tumbling windows",
    label = "this handler can't have a `window`",
    note = "Lambda has tumbling windows for Kinesis and DynamoDB Streams: the record is a \
            `KinesisRecord<T>` or a `DynamoDbRecord<T>`",
    note = "without windows: remove `window = …` and the parameter marked `#[state]`"
)]
pub trait Windowed: Source {}

/// Which records of a batch a record must stay in order with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lane<'a> {
    /// None.
    Free,
    /// Those of the same key.
    Key(Cow<'a, str>),
    /// It can't be told, so all of them.
    Unknown,
}

/// How a source learns what is not done, and with it what a failure stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// A stream: the first record that is not done is named, alone, and delivery goes on from
    /// there. A failure stops everything later in the batch: it is delivered again anyway.
    Checkpoint,
    /// A queue: each record that is not done is named. A failure stops the rest of its lane.
    EachUndone,
    /// Every record is answered, done or not: see [`Source::answer`]. A failure stops the rest of
    /// its lane.
    EachRecord,
}
