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
        Lane, Report, Split, Windowed,
        field::{Raw, Seconds, Text, foreign, identifier, required},
        split::alike_at,
    },
};

/// DynamoDB Streams: a shard is read in order, so the first record that is not done is the
/// checkpoint from which Lambda goes on.
#[derive(Debug, Clone, Copy)]
pub enum DynamoDb {}

/// What is read of each record before it is decoded.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<'e> {
    #[serde(borrow)]
    event_name: Option<Raw<'e>>,
    // SNS writes it with a capital: an event of another source is to be known for one.
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
    const REPORT: Report = Report::Checkpoint;
    const WINDOWS: bool = true;
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
        // Read and written anew: the attributes of a composite key may come in either order, and
        // characters escaped or not.
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
/// `New` and `Old` are what the item's images decode into: types that implement
/// `serde::Deserialize`, or [`Attributes`] for an item as DynamoDB has it. They say what the handler
/// needs, and so what the stream's view type must deliver:
///
/// | the handler takes | view type |
/// |---|---|
/// | `DynamoDbRecord<Order>` | `NEW_AND_OLD_IMAGES` |
/// | `DynamoDbRecord<Order, ()>` | `NEW_IMAGE`: old images are not read |
/// | `DynamoDbRecord<(), Order>` | `OLD_IMAGE` |
/// | `DynamoDbRecord<()>` | any, `KEYS_ONLY` too: see [`keys`](Self::keys) |
/// | `DynamoDbRecord<Option<Order>>` | any: an image that is absent is `None` |
///
/// An image that is absent though the type needs it makes the record undecodable: it fails, it is
/// not taken for an empty item.
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
/// Numbers of DynamoDB have up to 38 digits, and none is lost: a number that a type has no room for
/// is an error. An `f64` takes the numbers that it would be written as, so `0.1` and not
/// `0.1234567890123456789`; a `serde_json::Value` those that it can hold as an integer or a float;
/// `u128` and `i128` all integers that they hold. Behind `#[serde(flatten)]` and in untagged and
/// internally tagged enums `serde` itself keeps numbers in 64 bits: a larger one is an error there,
/// and an integer of more than 53 bits is rounded if the type then asks for a float.
///
/// Two attributes of the same name are an error, as is what is not an attribute in DynamoDB's JSON,
/// even where the type would ignore it.
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
    approximate_creation: Seconds,
    is_expiry: bool,
    change: Change<New, Old>,
}

/// What happened to an item, with its images.
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
    /// A record that is part of no event, to call a handler with in a unit test.
    ///
    /// ```
    /// # use stream_handler::dynamodb::{Change, DynamoDbRecord};
    /// let record: DynamoDbRecord<&str> = DynamoDbRecord::new(Change::Insert { new: "an item" });
    /// assert_eq!(record.change(), &Change::Insert { new: "an item" });
    /// ```
    pub fn new(change: Change<New, Old>) -> Self {
        Self {
            origin: Origin::none(),
            sequence_number: Text::Missing,
            event_source_arn: Text::Missing,
            approximate_creation: Seconds::Missing,
            is_expiry: false,
            change,
        }
    }

    /// The record with another sequence number.
    #[must_use]
    pub fn with_sequence_number(mut self, number: &str) -> Self {
        self.sequence_number = Text::owned(number);
        self
    }

    /// The record as that of a deletion because the item's time to live was over.
    #[must_use]
    pub fn with_expiry(mut self) -> Self {
        self.is_expiry = true;
        self
    }

    /// What happened to the item.
    pub fn change(&self) -> &Change<New, Old> {
        &self.change
    }

    /// What happened to the item, owned.
    pub fn into_change(self) -> Change<New, Old> {
        self.change
    }

    /// The item's key attributes, decoded when called.
    ///
    /// # Errors
    ///
    /// They are missing, or not what `K` expects.
    pub fn keys<K: DeserializeOwned>(&self) -> Result<K, DecodeError> {
        let outer = self.outer()?;
        let keys = outer.inner()?.keys.map(Raw::get);
        image::decode(keys, || "`dynamodb.Keys`".to_owned())
    }

    /// The record's place in its shard: a decimal number. Compare two as numbers, not as strings.
    /// Empty if the event has none, which DynamoDB itself never does.
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

    /// When the change happened, to the second; not every record says.
    #[must_use]
    pub fn approximate_creation(&self) -> Option<SystemTime> {
        self.approximate_creation.get(self.origin.event())
    }

    /// Whether the item was deleted by DynamoDB because its time to live was over.
    #[must_use]
    pub fn is_expiry(&self) -> bool {
        self.is_expiry
    }

    /// The record's own JSON, with all that has no method here. Empty for a record that is part of
    /// no event.
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
            approximate_creation: Seconds::new(event, inner.approximate_creation_date_time),
            is_expiry: is_expiry(envelope.user_identity),
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
fn is_expiry(user_identity: Option<Raw<'_>>) -> bool {
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
            .field("approximate_creation", &self.approximate_creation())
            .field("is_expiry", &self.is_expiry)
            .field("change", &self.change)
            .finish_non_exhaustive()
    }
}
