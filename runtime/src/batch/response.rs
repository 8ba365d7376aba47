//! The partial-batch response.

use std::collections::HashSet;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use serde_json::value::RawValue;

use crate::ItemIdentifier;

/// The response to an event: its unprocessed records.
///
/// Serialises to `{"batchItemFailures":[{"itemIdentifier":"…"}, …]}`, with the `state` of a
/// tumbling window beside it; for Firehose and S3 Batch, to an entry for each record. It is made
/// only from the outcomes of the records, so it can't contain an identifier that is empty, null,
/// duplicate or not from the event.
///
/// Lambda reads the response only if the event source mapping has `ReportBatchItemFailures` among
/// its function response types. Without that, **any** response counts as a success, and failed
/// records are lost.
#[derive(Debug, Clone)]
pub struct BatchResponse(Body);

#[derive(Debug, Clone)]
enum Body {
    Failures {
        failures: Vec<ItemIdentifier>,
        /// The state of a tumbling window.
        state: Option<Box<RawValue>>,
    },
    EachRecord(Box<RawValue>),
}

impl BatchResponse {
    /// A response that contains each identifier once.
    pub(crate) fn failures(mut failures: Vec<ItemIdentifier>) -> Self {
        if failures.len() > 1 {
            let mut seen = HashSet::new();
            failures.retain(|identifier| seen.insert(identifier.clone()));
        }
        Self(Body::Failures {
            failures,
            state: None,
        })
    }

    /// The response with the state of a tumbling window.
    pub(crate) fn with_state(mut self, json: Box<RawValue>) -> Self {
        if let Body::Failures { state, .. } = &mut self.0 {
            *state = Some(json);
        }
        self
    }

    /// A response with an entry for each record.
    pub(crate) fn of_each_record(json: Box<RawValue>) -> Self {
        Self(Body::EachRecord(json))
    }

    /// The identifiers of the unprocessed records, in the order of the batch. For a stream, only
    /// the first: the checkpoint where Lambda continues. Empty for a source whose response has an
    /// entry for each record.
    #[must_use]
    pub fn batch_item_failures(&self) -> &[ItemIdentifier] {
        match &self.0 {
            Body::Failures { failures, .. } => failures,
            Body::EachRecord(_) => &[],
        }
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
        match &self.0 {
            Body::EachRecord(json) => json.serialize(serializer),
            Body::Failures { failures, state } => {
                let fields = 1 + usize::from(state.is_some());
                let mut response = serializer.serialize_struct("BatchResponse", fields)?;
                response.serialize_field("batchItemFailures", &Items(failures))?;
                if let Some(state) = state {
                    response.serialize_field("state", state)?;
                }
                response.end()
            }
        }
    }
}
