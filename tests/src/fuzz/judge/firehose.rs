//! Firehose records.

use std::{borrow::Cow, time::SystemTime};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Expected, Fields, Foreign, Identifier, Lane,
    read::{bytes, milliseconds, object, text},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<'a> {
    #[serde(borrow)]
    record_id: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    approximate_arrival_timestamp: Option<&'a RawValue>,
}

#[derive(Debug)]
pub(in super::super) struct Firehose<'a> {
    pub(in super::super) record_id: Cow<'a, str>,
    pub(in super::super) approximate_arrival_timestamp: Option<SystemTime>,
    pub(in super::super) data: Vec<u8>,
}

#[allow(clippy::unnecessary_wraps, reason = "as the other sources' functions")]
pub(super) fn record(json: &str) -> Result<Option<Expected<'_>>, Foreign> {
    Ok(object::<Outer<'_>>(json).map(|outer| Expected {
        json,
        identifier: Identifier::text(outer.record_id),
        lane: Lane::Free,
        is_readable: true,
        attempts: None,
        fields: bytes(outer.data).map(|data| {
            Fields::Firehose(Firehose {
                record_id: outer.record_id.and_then(text).unwrap_or_default(),
                approximate_arrival_timestamp: milliseconds(outer.approximate_arrival_timestamp),
                data,
            })
        }),
    }))
}
