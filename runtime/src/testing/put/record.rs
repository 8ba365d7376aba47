//! A record as the event source stores it.

use serde_json::Value;

/// A record in a stream, queue or topic.
#[derive(Debug)]
pub(crate) struct StoredRecord {
    /// What a response calls the record: its sequence number, its message ID, or
    /// `topic-partition:offset`.
    pub(crate) identifier: String,
    /// Records with the same key must stay in order. `None` in a standard queue.
    pub(crate) key: Option<String>,
    /// The shard, the queue, or the partition.
    pub(crate) place: String,
    /// Which of the mapping's pollers reads the record, from 0.
    pub(crate) poller: usize,
    /// When the record was put, in milliseconds since 1970.
    pub(crate) arrival: u64,
    /// The record's JSON in an event.
    pub(crate) json: Value,
    /// The length of that JSON in bytes.
    pub(crate) size: usize,
}

impl StoredRecord {
    pub(super) fn new(
        identifier: String,
        key: Option<String>,
        place: String,
        poller: usize,
        arrival: u64,
        json: Value,
    ) -> Self {
        let size = json.to_string().len();
        Self {
            identifier,
            key,
            place,
            poller,
            arrival,
            json,
            size,
        }
    }
}
