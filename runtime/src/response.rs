//! The partial-batch response.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// What identifies a record in a response. Never empty.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ItemIdentifier(Box<str>);

impl ItemIdentifier {
    /// An identifier, unless it is empty: Lambda takes an empty one for a failure of the whole
    /// batch.
    ///
    /// See "Reporting batch item failures" on the AWS pages "Using Lambda with Amazon SQS" and
    /// "… with Amazon Kinesis Data Streams".
    #[must_use]
    pub fn new(identifier: impl Into<Box<str>>) -> Option<Self> {
        let identifier = identifier.into();
        (!identifier.is_empty()).then_some(Self(identifier))
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ItemIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The answer to an event: which of its records are not done.
///
/// Serialises to `{"batchItemFailures":[{"itemIdentifier":"…"}, …]}`. It can't hold an empty, null
/// or duplicate identifier. Lambda reads it only if the event source mapping has
/// `ReportBatchItemFailures` among its function response types; without that, **any** response is
/// a success and failed records are lost.
///
/// ```
/// use stream_handler::{BatchResponse, ItemIdentifier};
///
/// let response = BatchResponse::default();
/// assert_eq!(serde_json::to_string(&response).unwrap(), r#"{"batchItemFailures":[]}"#);
///
/// let response: BatchResponse = ["a", "b", "a"].into_iter().filter_map(ItemIdentifier::new).collect();
/// assert_eq!(
///     serde_json::to_string(&response).unwrap(),
///     r#"{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchResponse {
    failures: Vec<ItemIdentifier>,
}

impl BatchResponse {
    /// The identifiers of the records that are not done, in the order of the batch. For a stream,
    /// the one checkpoint from which it goes on.
    #[must_use]
    pub fn batch_item_failures(&self) -> &[ItemIdentifier] {
        &self.failures
    }
}

impl FromIterator<ItemIdentifier> for BatchResponse {
    /// Reports each identifier once.
    fn from_iter<I: IntoIterator<Item = ItemIdentifier>>(identifiers: I) -> Self {
        let mut seen = std::collections::HashSet::new();
        let mut failures: Vec<ItemIdentifier> = identifiers.into_iter().collect();
        if failures.len() > 1 {
            failures.retain(|identifier| seen.insert(identifier.clone()));
        }
        Self { failures }
    }
}

impl Serialize for BatchResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Item<'a> {
            item_identifier: &'a ItemIdentifier,
        }
        struct Items<'a>(&'a [ItemIdentifier]);
        impl Serialize for Items<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(
                    self.0
                        .iter()
                        .map(|item_identifier| Item { item_identifier }),
                )
            }
        }
        let mut response = serializer.serialize_struct("BatchResponse", 1)?;
        response.serialize_field("batchItemFailures", &Items(&self.failures))?;
        response.end()
    }
}
