//! Kinesis records.

use std::{borrow::Cow, time::SystemTime};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Expected, Fields, Foreign, Identifier, Lane, NoOpinion, Opinion, own,
    read::{Pairs, bytes, object, seconds, text},
};

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, rename = "eventSource", alias = "EventSource")]
    event_source: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventSourceARN")]
    event_source_arn: Option<&'a RawValue>,
    #[serde(borrow)]
    kinesis: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Inner<'a> {
    #[serde(borrow)]
    sequence_number: Option<&'a RawValue>,
    #[serde(borrow)]
    partition_key: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    approximate_arrival_timestamp: Option<&'a RawValue>,
}

#[derive(Debug)]
pub(in super::super) struct Kinesis<'a> {
    pub(in super::super) sequence_number: Cow<'a, str>,
    pub(in super::super) partition_key: Cow<'a, str>,
    pub(in super::super) event_source_arn: Option<Cow<'a, str>>,
    pub(in super::super) approximate_arrival_timestamp: Option<SystemTime>,
    pub(in super::super) shard_id: Opinion<Option<String>>,
    pub(in super::super) data: Vec<u8>,
}

pub(super) fn record(json: &str) -> Result<Option<Expected<'_>>, Foreign> {
    let Some(outer) = object::<Outer<'_>>(json) else {
        return Ok(None);
    };
    let has_inner = outer.kinesis.is_some();
    let inner = match outer.kinesis.map(|inner| object::<Inner<'_>>(inner.get())) {
        Some(None) => return Ok(None),
        None => Inner::default(),
        Some(Some(inner)) => inner,
    };
    own(outer.event_source, "aws:kinesis")?;
    let partition_key = inner.partition_key.and_then(text);
    let fields = || {
        let data = bytes(inner.data).filter(|_| has_inner)?;
        Some(Fields::Kinesis(Kinesis {
            sequence_number: inner.sequence_number.and_then(text).unwrap_or_default(),
            partition_key: partition_key.clone().unwrap_or_default(),
            event_source_arn: outer.event_source_arn.and_then(text),
            approximate_arrival_timestamp: seconds(inner.approximate_arrival_timestamp),
            shard_id: shard_id(json),
            data,
        }))
    };
    Ok(Some(Expected {
        json,
        identifier: Identifier::text(inner.sequence_number),
        fields: fields(),
        lane: partition_key.map_or(Lane::Unknown, Lane::Key),
        is_readable: true,
        attempts: None,
    }))
}

/// What is before the colon in `eventID`. Two of these are not settled.
fn shard_id(json: &str) -> Opinion<Option<String>> {
    let Pairs(members) = serde_json::from_str(json).map_err(|_| NoOpinion)?;
    let ids = members
        .into_iter()
        .filter(|(key, _)| text(key).as_deref() == Some("eventID"));
    let ids: Vec<_> = ids.collect();
    let id = match ids[..] {
        [] => None,
        [(_, id)] => text(id),
        _ => return Err(NoOpinion),
    };
    Ok(id.and_then(|id| Some(id.split_once(':')?.0.to_owned())))
}
