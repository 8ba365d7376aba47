//! Attributes in DynamoDB's own form, for record handlers that have no type for the item.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;

/// All attributes of an item, by name: an image as DynamoDB has it, with nothing lost.
///
/// ```
/// use stream_handler::{dynamodb::{AttributeValue, Attributes, Change, DynamoDbRecord}, stream_handler};
///
/// #[stream_handler]
/// async fn on_change(record: DynamoDbRecord<Attributes>) {
///     if let Change::Insert { new } = record.change() {
///         if let Some(AttributeValue::N(total)) = new.get("total") {
///             println!("the total, with all digits: {total}");
///         }
///     }
/// }
/// ```
pub type Attributes = BTreeMap<String, AttributeValue>;

/// The value of an attribute as DynamoDB has it.
///
/// It can stand for an attribute anywhere in an image's type, as in
/// `struct Order { id: u64, details: AttributeValue }`. It can only be read from an image: not from a
/// payload, and not behind `#[serde(flatten)]` or in an untagged enum, where `serde` does not distinguish
/// a set from a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename = "stream_handler::AttributeValue")]
#[non_exhaustive]
pub enum AttributeValue {
    /// A string.
    #[serde(rename = "stream_handler::S")]
    S(String),
    /// A number, as DynamoDB writes it: up to 38 digits, perhaps with an exponent.
    #[serde(rename = "stream_handler::N")]
    N(String),
    /// Binary data, decoded.
    #[serde(rename = "stream_handler::B")]
    B(Bytes),
    /// A boolean.
    #[serde(rename = "stream_handler::BOOL")]
    Bool(bool),
    /// A null.
    #[serde(rename = "stream_handler::NULL")]
    Null,
    /// A map.
    #[serde(rename = "stream_handler::M")]
    M(Attributes),
    /// A list.
    #[serde(rename = "stream_handler::L")]
    L(Vec<AttributeValue>),
    /// A set of strings, in the event's order.
    #[serde(rename = "stream_handler::SS")]
    Ss(Vec<String>),
    /// A set of numbers, in the event's order.
    #[serde(rename = "stream_handler::NS")]
    Ns(Vec<String>),
    /// A set of binary data, in the event's order.
    #[serde(rename = "stream_handler::BS")]
    Bs(Vec<Bytes>),
}

impl AttributeValue {
    /// Tells the deserialiser of images that an `AttributeValue` is requested. The variants have a prefix:
    /// without it, a map `{"S": "a"}` that `serde` buffered might be read as a string.
    pub(super) const NAME: &str = "stream_handler::AttributeValue";
    pub(super) const PREFIX: &str = "stream_handler::";
}
