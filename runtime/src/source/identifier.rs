//! What identifies a record in a response.

use std::fmt;

use serde::Serialize;

/// What identifies a record in a response. Never empty.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ItemIdentifier(Identifier);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
enum Identifier {
    Text(Box<str>),
    Offset { partition: Box<str>, offset: i64 },
}

impl ItemIdentifier {
    /// Creates an identifier; `None` if it is empty, since Lambda treats an empty identifier as a failure
    /// of the whole batch.
    ///
    /// See "Reporting batch item failures" on the AWS pages "Using Lambda with Amazon SQS" and
    /// "… with Amazon Kinesis Data Streams".
    #[must_use]
    pub fn new(identifier: impl Into<Box<str>>) -> Option<Self> {
        let identifier = identifier.into();
        (!identifier.is_empty()).then_some(Self(Identifier::Text(identifier)))
    }

    /// Creates the identifier of a Kafka record: the partition's key in the event, such as `topic-0`, and
    /// the offset. `None` if the partition is empty.
    #[must_use]
    pub fn offset(partition: impl Into<Box<str>>, offset: i64) -> Option<Self> {
        let partition = partition.into();
        (!partition.is_empty()).then_some(Self(Identifier::Offset { partition, offset }))
    }
}

impl fmt::Display for ItemIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Identifier::Text(text) => f.write_str(text),
            Identifier::Offset { partition, offset } => write!(f, "{partition}@{offset}"),
        }
    }
}

impl fmt::Debug for ItemIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

impl PartialEq<str> for ItemIdentifier {
    fn eq(&self, text: &str) -> bool {
        matches!(&self.0, Identifier::Text(own) if **own == *text)
    }
}

impl PartialEq<&str> for ItemIdentifier {
    fn eq(&self, text: &&str) -> bool {
        self == *text
    }
}
