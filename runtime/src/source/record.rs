//! What a record handler's first parameter can be.

use crate::{
    Event, Source,
    error::DecodeError,
    event::Origin,
    json::{Object, mismatch::explain_record},
};

/// A type that a record handler can take as its record. It names its event source and decodes a record.
///
/// Implemented by `kinesis::KinesisRecord`, `dynamodb::DynamoDbRecord`, `sqs::SqsMessage` and
/// `kafka::KafkaRecord`, and with the Cargo feature `aws_lambda_events` by that crate's record types.
/// [`Source`] shows how to add a record type of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record type",
    label = "not a record",
    note = "a record handler takes one record, by value: `KinesisRecord<T>`, `DynamoDbRecord<T>`, \
            `SqsMessage<T>` or `KafkaRecord<T>` of `stream_handler`, each with the Cargo feature of its source; or, \
            with the Cargo feature `aws_lambda_events`, a record type of that crate",
    note = "for a payload `T` in JSON write `KinesisRecord<Json<T>>` or `SqsMessage<Json<T>>`",
    note = "instead of a whole batch write the type of one of its records; the record handler is \
            called for each: `T` for `Vec<T>` and `LambdaEvent<T>`, `KinesisEventRecord` for `KinesisEvent`, \
            `SqsMessage` for `SqsEvent`, `dynamodb::EventRecord` for `dynamodb::Event`"
)]
pub trait Record: Sized {
    /// The event source of these records.
    type Source: Source;

    /// Decodes the record.
    ///
    /// # Errors
    ///
    /// The record is not what the type expects. Only this record then fails, as undecodable. A panic has
    /// the same effect.
    fn decode(raw: RawRecord<'_, '_, Self::Source>) -> Result<Self, DecodeError>;

    /// Reads a record from its JSON in an event, to call a record handler in a unit test.
    ///
    /// ```
    /// use stream_handler::{Json, Record as _, sqs::SqsMessage};
    ///
    /// let message = SqsMessage::<Json<u64>>::from_json(
    ///     r#"{"messageId": "m-1", "body": "7", "attributes": {"ApproximateReceiveCount": "2"}}"#,
    /// )?;
    /// assert_eq!((message.body().0, message.approximate_receive_count()), (7, Some(2)));
    /// # Ok::<(), stream_handler::DecodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The JSON is not what the type expects.
    fn from_json(json: &str) -> Result<Self, DecodeError> {
        let event = Event::from(json.to_owned());
        let Object(envelope) = serde_json::from_str(event.json())
            .map_err(|_| explain_record::<<Self::Source as Source>::Envelope<'_>>(event.json()))?;
        Self::decode(RawRecord::new(&event, event.json(), 0, &envelope))
    }
}

/// One record before it is decoded.
#[derive(Debug)]
pub struct RawRecord<'a, 'e, S: Source> {
    event: &'a Event,
    json: &'e str,
    index: usize,
    envelope: &'a S::Envelope<'e>,
}

impl<'a, 'e, S: Source> RawRecord<'a, 'e, S> {
    pub(crate) fn new(
        event: &'a Event,
        json: &'e str,
        index: usize,
        envelope: &'a S::Envelope<'e>,
    ) -> Self {
        Self {
            event,
            json,
            index,
            envelope,
        }
    }

    /// The fields that the source reads before the record is decoded.
    #[must_use]
    pub fn envelope(&self) -> &'a S::Envelope<'e> {
        self.envelope
    }

    /// The event that the record is part of.
    #[must_use]
    pub fn event(&self) -> &'a Event {
        self.event
    }

    /// The record's position in the event, from 0. A record from an aggregate has the aggregate's position.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The record's own JSON.
    #[must_use]
    pub fn json(&self) -> &'e str {
        self.json
    }

    /// The record's JSON, as an owned reference.
    #[cfg_attr(
        not(any(
            feature = "dynamodb",
            feature = "firehose",
            feature = "kafka",
            feature = "kinesis",
            feature = "sqs"
        )),
        allow(dead_code, reason = "what a record keeps depends on the sources")
    )]
    pub(crate) fn origin(&self) -> Origin {
        Origin::new(self.event, self.json)
    }
}
