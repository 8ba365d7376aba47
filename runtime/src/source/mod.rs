//! Event sources: how an event falls apart into records, and how undone records are reported.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{BatchError, BatchResponse, EventError, ItemIdentifier, Outcomes};

#[cfg(feature = "dynamodb")]
pub mod dynamodb;
#[cfg(any(feature = "dynamodb", feature = "kinesis", feature = "sqs"))]
mod field;
#[cfg(feature = "kinesis")]
pub mod kinesis;
#[cfg(feature = "sqs")]
pub mod sqs;

pub use crate::event::{array_at, elements, split_array_at, split_elements};

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
/// use serde_json::value::RawValue;
/// use stream_handler::{
///     BatchError, BatchResponse, Data, DecodeError, EventError, ItemIdentifier, Outcomes,
///     Payload, RawRecord, Record, Source, source::{AfterFailure, array_at}, stream_handler,
/// };
///
/// struct Gateway;
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
///     const AFTER_FAILURE: AfterFailure = AfterFailure::StopLane;
///     type Envelope<'e> = Envelope<'e>;
///     type Output = ();
///
///     fn isolate(event: &str) -> Result<Vec<&RawValue>, EventError> {
///         array_at(event, "items")
///     }
///
///     fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
///         ItemIdentifier::new(envelope.id.as_deref()?)
///     }
///
///     fn respond(outcomes: &Outcomes<'_, '_, Self>) -> Result<BatchResponse, BatchError> {
///         outcomes.each_undone()
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
/// assert_eq!(response.batch_item_failures()[0].as_str(), "2");
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

    /// What else is not started once a record has failed.
    const AFTER_FAILURE: AfterFailure;

    /// What is read of each record before it is decoded: as little as possible, and leniently, so
    /// that a record that is odd elsewhere can still be identified.
    type Envelope<'e>: Deserialize<'e> + Send + Sync;

    /// What a handler returns for a record that is done: `()` for a source that is answered with
    /// batch item failures.
    type Output;

    /// Finds each record's JSON in an event's.
    ///
    /// # Errors
    ///
    /// The event is not one of this source's.
    fn isolate(event: &str) -> Result<Vec<&RawValue>, EventError>;

    /// Reads all envelopes in one pass: a shortcut for [`isolate`](Self::isolate) and reading each
    /// alone. `None` when any can't be read; they are then isolated, so that one costs no other.
    #[must_use]
    fn split(event: &str) -> Option<Vec<Self::Envelope<'_>>> {
        let _ = event;
        None
    }

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

    /// Makes the response from what became of each record.
    ///
    /// # Errors
    ///
    /// A record that must be reported can't be.
    fn respond(outcomes: &Outcomes<'_, '_, Self>) -> Result<BatchResponse, BatchError>;
}

/// Which records of a batch a record must stay in order with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lane<'a> {
    /// None.
    Free,
    /// Those of the same key.
    Key(Cow<'a, str>),
    /// It can't be told, so all of them.
    Unknown,
}

/// What else is not started once a record has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// Everything later in the batch: the source delivers it again anyway, from the checkpoint on.
    StopBatch,
    /// Everything later in the same lane.
    StopLane,
}
