//! Amazon DynamoDB Streams.
//!
//! In the AWS Lambda Developer Guide: [DynamoDB Streams], [partial batch responses].
//!
//! [DynamoDB Streams]: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
//! [partial batch responses]: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html

mod attribute;
mod deserializer;
mod image;
mod number;
#[cfg(feature = "aws_sdk_dynamodb")]
mod sdk;
mod value;

use std::{borrow::Cow, collections::BTreeMap, fmt, time::SystemTime};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

pub use self::value::{AttributeValue, Attributes};
use crate::{
    DecodeError, Deserializable, Event, EventError, ItemIdentifier, RawRecord, Record, Source,
    event::Origin,
    json::{Object, mismatch::explain, of_raw},
    source::{
        Lane, Reporting, Split, Windowed,
        field::{Raw, Seconds, Text, foreign, identifier, required},
        split::alike_at,
    },
};

/// DynamoDB Streams as an event source. The response names the first unprocessed record: the
/// checkpoint, from which Lambda delivers the shard again.
#[derive(Debug, Clone, Copy)]
pub enum DynamoDb {}

/// The fields of a record that are read before it is decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<'e> {
    #[serde(borrow)]
    event_name: Option<Raw<'e>>,
    // SNS writes `EventSource`. Without the alias, events of SNS would not be refused.
    #[serde(borrow, alias = "EventSource")]
    event_source: Option<Raw<'e>>,
    #[serde(borrow, rename = "eventSourceARN")]
    event_source_arn: Option<Raw<'e>>,
    #[serde(borrow)]
    user_identity: Option<Raw<'e>>,
    #[serde(borrow)]
    dynamodb: Option<Object<Inner<'e>>>,
}

impl<'e> Envelope<'e> {
    fn inner(&self) -> Result<&Inner<'e>, DecodeError> {
        let inner = self.dynamodb.as_ref().map(|Object(inner)| inner);
        inner.ok_or_else(|| DecodeError::new("`dynamodb` is missing"))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inner<'e> {
    #[serde(borrow)]
    sequence_number: Option<Raw<'e>>,
    #[serde(borrow)]
    approximate_creation_date_time: Option<Raw<'e>>,
    #[serde(borrow)]
    keys: Option<Raw<'e>>,
    #[serde(borrow)]
    new_image: Option<Raw<'e>>,
    #[serde(borrow)]
    old_image: Option<Raw<'e>>,
    #[serde(borrow)]
    stream_view_type: Option<Raw<'e>>,
}

of_raw!(Envelope: event_name, event_source, event_source_arn, user_identity; within dynamodb);
of_raw!(
    Inner: sequence_number, approximate_creation_date_time, keys, new_image, old_image,
    stream_view_type
);

impl Source for DynamoDb {
    const NAME: &'static str = "DynamoDB";
    const IDENTIFIER: &'static str = "dynamodb.SequenceNumber";
    const REPORTING: Reporting = Reporting::Checkpoint;
    type Envelope<'e> = Envelope<'e>;
    type Output = ();

    fn split(event: &Event) -> Result<Split<'_, Envelope<'_>>, EventError> {
        alike_at(event, "Records")
    }

    fn foreign<'a>(envelope: &'a Envelope<'_>) -> Option<Cow<'a, str>> {
        foreign(envelope.event_source, "aws:dynamodb")
    }

    fn identifier(envelope: &Envelope<'_>) -> Option<ItemIdentifier> {
        identifier(envelope.inner().ok()?.sequence_number)
    }

    fn lane<'a>(envelope: &'a Envelope<'_>) -> Lane<'a> {
        // Parsed and serialised again, since the same key can be written in several ways: the attributes of a
        // composite key come in any order, and characters may be escaped.
        let keys = envelope.inner().ok().and_then(|inner| {
            let keys = inner.keys?;
            let keys: BTreeMap<String, Value> = serde_json::from_str(keys.get()).ok()?;
            serde_json::to_string(&keys).ok()
        });
        keys.map_or(Lane::Unknown, |keys| Lane::Key(Cow::Owned(keys)))
    }
}

impl Windowed for DynamoDb {}

/// One change of an item in a table.
///
/// The item's images are decoded into `New` and `Old`: types that implement `serde::Deserialize`, or
/// [`Attributes`] for an item in DynamoDB's own form. These types decide which view type the stream
/// needs:
///
/// | record type | view type |
/// |---|---|
/// | `DynamoDbRecord<Order>` | `NEW_AND_OLD_IMAGES` |
/// | `DynamoDbRecord<Order, ()>` | `NEW_IMAGE`. Old images are not read |
/// | `DynamoDbRecord<(), Order>` | `OLD_IMAGE` |
/// | `DynamoDbRecord<()>` | any, also `KEYS_ONLY`: see [`keys`](Self::keys) |
/// | `DynamoDbRecord<Option<Order>>` | any. An absent image is `None` |
///
/// If an image is absent and its type needs one, the record is undecodable. An absent image never
/// counts as an empty item.
///
/// # Which type takes which attribute
///
/// | attribute | types |
/// |---|---|
/// | string (S) | `String`, `char`, an enum of unit variants, and what reads text, such as dates |
/// | number (N) | integers, floats, and `String`, which takes the digits |
/// | binary data (B) | `Bytes`, `Vec<u8>`, `[u8; N]` |
/// | boolean (BOOL) | `bool` |
/// | null (NULL) | `Option<T>`, `()` |
/// | map (M) | structs, maps, enums with data |
/// | list (L), sets (SS, NS, BS) | `Vec<T>`, sets, tuples |
/// | any | [`AttributeValue`], `serde_json::Value`, untagged enums |
///
/// DynamoDB numbers have up to 38 digits, and no digit is lost: a number that does not fit the type is
/// an error. An `f64` accepts a number if it prints as the same number: `0.1`, but not
/// `0.1234567890123456789`. A `serde_json::Value` accepts a number that it can hold as an integer or a
/// float. `u128` and `i128` accept every integer in their range. Behind `#[serde(flatten)]` and in
/// untagged and internally tagged enums, `serde` itself keeps numbers in 64 bits. A larger number is an
/// error there, and an integer of more than 53 bits is rounded if the type then asks for a float.
///
/// A duplicate attribute name is an error, and so is an attribute that is not in DynamoDB's JSON format,
/// even if the type would ignore it.
///
/// ```
/// use stream_handler::{dynamodb::{Change, DynamoDbRecord}, stream_handler};
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     total: f64,
/// }
///
/// #[stream_handler]
/// async fn on_change(record: DynamoDbRecord<Order>) {
///     match record.change() {
///         Change::Insert { new } => println!("new, {}", new.total),
///         Change::Modify { old, new } => println!("{} became {}", old.total, new.total),
///         Change::Remove { old } => println!("gone, {}", old.total),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct DynamoDbRecord<New, Old = New> {
    origin: Origin,
    sequence_number: Text,
    event_source_arn: Text,
    approximate_creation_date_time: Seconds,
    is_ttl_deletion: bool,
    change: Change<New, Old>,
}

/// What happened to an item, with its images.
///
/// This enum is exhaustive: a `match` needs no catch-all arm, which could lose records. A record with any
/// other event name is undecodable, and so reported to Lambda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<New, Old = New> {
    /// The item was added.
    Insert {
        /// The item as it is.
        new: New,
    },
    /// One or more of the item's attributes changed.
    Modify {
        /// The item as it was.
        old: Old,
        /// The item as it is.
        new: New,
    },
    /// The item was deleted.
    Remove {
        /// The item as it was.
        old: Old,
    },
}

impl<New, Old> DynamoDbRecord<New, Old> {
    /// Creates a record without an event, to call a record handler in a unit test.
    ///
    /// ```
    /// # use stream_handler::dynamodb::{Change, DynamoDbRecord};
    /// let record: DynamoDbRecord<&str> = DynamoDbRecord::insert("an item");
    /// assert_eq!(record.new_image(), Some(&"an item"));
    /// assert_eq!(record.change(), &Change::Insert { new: "an item" });
    /// ```
    pub fn new(change: Change<New, Old>) -> Self {
        Self {
            origin: Origin::none(),
            sequence_number: Text::Missing,
            event_source_arn: Text::Missing,
            approximate_creation_date_time: Seconds::Missing,
            is_ttl_deletion: false,
            change,
        }
    }

    /// Creates the record of an added item, without an event.
    pub fn insert(new: New) -> Self {
        Self::new(Change::Insert { new })
    }

    /// Creates the record of a changed item, without an event.
    pub fn modify(old: Old, new: New) -> Self {
        Self::new(Change::Modify { old, new })
    }

    /// Creates the record of a deleted item, without an event.
    pub fn remove(old: Old) -> Self {
        Self::new(Change::Remove { old })
    }

    /// Sets the sequence number.
    #[must_use]
    pub fn with_sequence_number(mut self, number: &str) -> Self {
        self.sequence_number = Text::owned(number);
        self
    }

    /// Marks the record as a deletion by DynamoDB because the item's time to live had passed.
    #[must_use]
    pub fn with_ttl_deletion(mut self) -> Self {
        self.is_ttl_deletion = true;
        self
    }

    /// What happened to the item.
    pub fn change(&self) -> &Change<New, Old> {
        &self.change
    }

    /// The item as it is, unless it was deleted.
    pub fn new_image(&self) -> Option<&New> {
        match &self.change {
            Change::Insert { new } | Change::Modify { new, .. } => Some(new),
            Change::Remove { .. } => None,
        }
    }

    /// The item as it was, unless it was added.
    pub fn old_image(&self) -> Option<&Old> {
        match &self.change {
            Change::Modify { old, .. } | Change::Remove { old } => Some(old),
            Change::Insert { .. } => None,
        }
    }

    /// What happened to the item, owned.
    pub fn into_change(self) -> Change<New, Old> {
        self.change
    }

    /// The item's key attributes. Decodes them on each call.
    ///
    /// # Errors
    ///
    /// The keys are missing, or are not what `K` expects.
    pub fn keys<K: DeserializeOwned>(&self) -> Result<K, DecodeError> {
        let outer = self.outer()?;
        let keys = outer.inner()?.keys.map(Raw::get);
        image::decode(keys, || "`dynamodb.Keys`".to_owned())
    }

    /// The record's place in its shard: a decimal number. Compare two as numbers, not as strings.
    /// Empty if the event has none, which DynamoDB never sends.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        self.sequence_number
            .get(self.origin.event())
            .unwrap_or_default()
    }

    /// The ARN of the stream, as in
    /// `arn:aws:dynamodb:us-east-1:111122223333:table/Orders/stream/2026-01-01T00:00:00.000`.
    #[must_use]
    pub fn event_source_arn(&self) -> Option<&str> {
        self.event_source_arn.get(self.origin.event())
    }

    /// The table's name, from the stream's ARN.
    #[must_use]
    pub fn table_name(&self) -> Option<&str> {
        let (_, path) = self.event_source_arn()?.split_once(":table/")?;
        path.split('/').next()
    }

    /// When the change happened, to the millisecond at most. Not every record has this time.
    #[must_use]
    pub fn approximate_creation_date_time(&self) -> Option<SystemTime> {
        self.approximate_creation_date_time.get(self.origin.event())
    }

    /// Whether DynamoDB deleted the item because its time to live had passed.
    #[must_use]
    #[doc(alias = "is_ttl")]
    pub fn is_ttl_deletion(&self) -> bool {
        self.is_ttl_deletion
    }

    /// The record's JSON, for fields that have no method. Empty for a record without an event.
    #[must_use]
    pub fn json(&self) -> &str {
        self.origin.json()
    }

    fn outer(&self) -> Result<Envelope<'_>, DecodeError> {
        serde_json::from_str(self.json()).map_err(|error| {
            let json = self.json().as_bytes();
            explain::<Envelope<'_>>(json, "the record can't be read again", error)
        })
    }
}

impl<New: Deserializable, Old: Deserializable> Record for DynamoDbRecord<New, Old> {
    type Source = DynamoDb;

    fn decode(raw: RawRecord<'_, '_, DynamoDb>) -> Result<Self, DecodeError> {
        let (event, envelope) = (raw.event(), raw.envelope());
        let inner = envelope.inner()?;
        Ok(Self {
            origin: raw.origin(),
            sequence_number: Text::new(event, inner.sequence_number),
            event_source_arn: Text::new(event, envelope.event_source_arn),
            approximate_creation_date_time: Seconds::new(
                event,
                inner.approximate_creation_date_time,
            ),
            is_ttl_deletion: is_ttl_deletion(envelope.user_identity),
            change: change(envelope)?,
        })
    }
}

fn change<New: DeserializeOwned, Old: DeserializeOwned>(
    envelope: &Envelope<'_>,
) -> Result<Change<New, Old>, DecodeError> {
    let inner = envelope.inner()?;
    let name = required(envelope.event_name, "eventName")?;
    let describe = |image: &str| {
        let view = inner
            .stream_view_type
            .map_or("unknown", Raw::get)
            .trim_matches('"');
        format!("`dynamodb.{image}` of the {name} (the stream's view type is {view})")
    };
    let new = || image::decode(inner.new_image.map(Raw::get), || describe("NewImage"));
    let old = || image::decode(inner.old_image.map(Raw::get), || describe("OldImage"));
    match &*name {
        "INSERT" => Ok(Change::Insert { new: new()? }),
        "MODIFY" => Ok(Change::Modify {
            old: old()?,
            new: new()?,
        }),
        "REMOVE" => Ok(Change::Remove { old: old()? }),
        other => Err(DecodeError::new(format!(
            "`eventName` is `{other}`, not one of INSERT, MODIFY and REMOVE"
        ))),
    }
}

/// See "DynamoDB Streams and Time to Live" in the DynamoDB Developer Guide.
fn is_ttl_deletion(user_identity: Option<Raw<'_>>) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct UserIdentity<'e> {
        #[serde(borrow, rename = "type")]
        kind: Option<Cow<'e, str>>,
        #[serde(borrow)]
        principal_id: Option<Cow<'e, str>>,
    }
    user_identity
        .and_then(|json| serde_json::from_str::<UserIdentity<'_>>(json.get()).ok())
        .is_some_and(|identity| {
            identity.kind.as_deref() == Some("Service")
                && identity.principal_id.as_deref() == Some("dynamodb.amazonaws.com")
        })
}

impl<New: fmt::Debug, Old: fmt::Debug> fmt::Debug for DynamoDbRecord<New, Old> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDbRecord")
            .field("sequence_number", &self.sequence_number())
            .field("event_source_arn", &self.event_source_arn())
            .field(
                "approximate_creation_date_time",
                &self.approximate_creation_date_time(),
            )
            .field("is_ttl_deletion", &self.is_ttl_deletion)
            .field("change", &self.change)
            .finish_non_exhaustive()
    }
}
