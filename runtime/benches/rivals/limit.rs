//! What no reader that leaves payloads to `serde_json` can beat: one pass over the body, the
//! payloads' base64, and `serde_json` on each payload. Nothing finds the payloads: they are known
//! beforehand, and those of SQS are not even escaped.

use std::hint::black_box;

use base64_simd::STANDARD;
use stream_handler::lambda_runtime::LambdaInvocation;

use super::{Source, bodies::Body, dynamodb, floor, order::Seen};

pub(crate) fn respond(body: &Body, invocation: &LambdaInvocation, seen: &Seen) -> Vec<u8> {
    // The byte is not there, so the search goes over the whole body.
    black_box(memchr::memchr(0, &invocation.body));
    let mut bytes = Vec::new();
    for payload in &body.payloads {
        let order = match body.source {
            Source::Kinesis | Source::Kafka => {
                bytes.clear();
                let decoded = STANDARD.decode_append(payload, &mut bytes);
                decoded.expect("base64");
                serde_json::from_slice(&bytes)
            }
            Source::Sqs => serde_json::from_str(payload),
            Source::DynamoDb => {
                serde_json::from_str::<dynamodb::Image<'_>>(payload).map(Into::into)
            }
        };
        seen.order(&order.expect("an order"));
    }
    floor::SUCCESS.to_vec()
}
