//! Tasks of S3 Batch Operations.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Expected, Fields, Foreign, Identifier, Lane,
    read::{object, text},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer<'a> {
    #[serde(borrow)]
    task_id: Option<&'a RawValue>,
    #[serde(borrow)]
    s3_key: Option<&'a RawValue>,
    #[serde(borrow)]
    s3_version_id: Option<&'a RawValue>,
    #[serde(borrow)]
    s3_bucket: Option<&'a RawValue>,
    #[serde(borrow)]
    s3_bucket_arn: Option<&'a RawValue>,
}

#[derive(Debug)]
pub(in super::super) struct S3Batch<'a> {
    pub(in super::super) bucket: Cow<'a, str>,
    pub(in super::super) key: Cow<'a, str>,
    pub(in super::super) version_id: Option<Cow<'a, str>>,
}

#[allow(clippy::unnecessary_wraps, reason = "as the other sources' functions")]
pub(super) fn record(json: &str) -> Result<Option<Expected<'_>>, Foreign> {
    Ok(object::<Outer<'_>>(json).map(|outer| Expected {
        json,
        identifier: Identifier::text(outer.task_id),
        lane: Lane::Free,
        is_readable: true,
        attempts: None,
        fields: fields(&outer).map(Fields::S3Batch),
    }))
}

fn fields<'a>(outer: &Outer<'a>) -> Option<S3Batch<'a>> {
    let bucket = if let Some(bucket) = outer.s3_bucket.and_then(text) {
        bucket
    } else {
        let arn = text(outer.s3_bucket_arn?)?;
        match arn.rsplit_once(':') {
            Some((_, bucket)) => Cow::Owned(bucket.to_owned()),
            None => arn,
        }
    };
    Some(S3Batch {
        bucket,
        key: decoded(text(outer.s3_key?)?)?,
        version_id: outer.s3_version_id.and_then(text),
    })
}

/// A key without its URL encoding; `None` if it is not URL-encoded UTF-8.
fn decoded(key: Cow<'_, str>) -> Option<Cow<'_, str>> {
    if !key.contains(['%', '+']) {
        return Some(key);
    }
    let mut bytes = Vec::new();
    let mut rest = key.as_bytes().iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                let code = high.zip(low).map(|(high, low)| high * 16 + low);
                u8::try_from(code?).ok()?
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).ok()
}
