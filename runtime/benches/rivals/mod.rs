//! The contenders, and the events that they are measured on.
//!
//! | contender | is |
//! |---|---|
//! | `stream-handler` | an annotated record handler that takes one of this crate's record types |
//! | `without-layouts` | the same, with every record read on its own instead of by the layout of the records before it |
//! | `aws-types` | an annotated record handler that takes one of the record types of `aws_lambda_events` |
//! | `by-hand` | a loop over the records of that crate's event types, as people write it |
//! | `floor` | one pass of `serde_json` over the body into borrowed structs, which keeps no record apart and always returns success: a measure, not a handler |
//! | `limit` | the work that no reader on `serde_json` can avoid: see [`limit`] |
//!
//! All contenders decode the same [`Order`](order::Order) from each record. The first four get
//! the body in the same way, described in [`entry`].
#![allow(dead_code, reason = "no single benchmark needs everything in here")]
#![allow(clippy::unused_async, reason = "handlers are async, whatever they do")]

pub(crate) mod bodies;
mod dynamodb;
pub(crate) mod entry;
mod floor;
mod kafka;
mod kinesis;
mod limit;
pub(crate) mod order;
mod sqs;

use serde_json::{Value, json};
use stream_handler::lambda_runtime::LambdaInvocation;
use tokio::runtime::Runtime;

use self::{
    bodies::{Bad, Body},
    entry::deliver,
    order::{Payload, Seen},
};

/// An event source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Kinesis,
    DynamoDb,
    Sqs,
    Kafka,
}

impl Source {
    pub(crate) const ALL: [Self; 4] = [Self::Kinesis, Self::DynamoDb, Self::Sqs, Self::Kafka];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kinesis => "kinesis",
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Kafka => "kafka",
        }
    }
}

/// What turns events into responses, in the order of the table above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contender {
    StreamHandler,
    WithoutLayouts,
    AwsTypes,
    ByHand,
    Floor,
    Limit,
}

impl Contender {
    pub(crate) const ALL: [Self; 6] = [
        Self::StreamHandler,
        Self::WithoutLayouts,
        Self::AwsTypes,
        Self::ByHand,
        Self::Floor,
        Self::Limit,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::StreamHandler => "stream-handler",
            Self::WithoutLayouts => "without-layouts",
            Self::AwsTypes => "aws-types",
            Self::ByHand => "by-hand",
            Self::Floor => "floor",
            Self::Limit => "limit",
        }
    }

    /// The response to an invocation with this body.
    pub(crate) fn respond(
        self,
        runtime: &Runtime,
        body: &Body,
        invocation: LambdaInvocation,
        seen: &Seen,
    ) -> Vec<u8> {
        match body.source {
            Source::Kinesis => kinesis::respond(self, runtime, body, invocation, seen),
            Source::DynamoDb => dynamodb::respond(self, runtime, body, invocation, seen),
            Source::Sqs => sqs::respond(self, runtime, body, invocation, seen),
            Source::Kafka => kafka::respond(self, runtime, body, invocation, seen),
        }
    }
}

/// An event of one source with a number of records of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) source: Source,
    pub(crate) payload: Payload,
    pub(crate) records: usize,
}

impl Case {
    /// The payloads and numbers of records that are measured for every source.
    const SIZES: [(Payload, usize); 7] = [
        (Payload::Small, 10),
        (Payload::Small, 100),
        (Payload::Small, 1000),
        (Payload::KB, 10),
        (Payload::KB, 100),
        (Payload::NESTED, 100),
        (Payload::LARGE, 10),
    ];

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Source::ALL.into_iter().flat_map(|source| {
            Self::SIZES.into_iter().map(move |(payload, records)| Self {
                source,
                payload,
                records,
            })
        })
    }

    /// `kinesis/small/1000`
    pub(crate) fn name(self) -> String {
        let (source, payload) = (self.source.name(), self.payload.name());
        format!("{source}/{payload}/{}", self.records)
    }

    /// The event.
    pub(crate) fn body(self) -> Body {
        Body::new(self.source, self.payload, self.records, None)
    }
}

/// Makes sure that every contender decodes every order as it was made, and returns success.
///
/// # Panics
///
/// A contender does not.
pub(crate) fn check(body: &Body, runtime: &Runtime) {
    for contender in Contender::ALL {
        let seen = Seen::everything();
        let (invocation, _buffer) = deliver(&body.json);
        let response = contender.respond(runtime, body, invocation, &seen);
        let name = format!("{}: {}", body.source.name(), contender.name());
        assert_eq!(
            value(&response),
            json!({ "batchItemFailures": [] }),
            "{name}"
        );
        let mut orders = seen.into_orders();
        // By hand, the partitions of Kafka come from a `HashMap`, in any order.
        orders.sort_by_key(|order| order.id);
        assert_eq!(orders.len(), body.orders.len(), "{name}");
        assert!(orders == body.orders, "{name}");
    }
}

/// Makes sure that the last record of an event is bad, and that every contender that can respond
/// to such an event reports the same failure.
///
/// # Panics
///
/// The responses differ, or do not report one failure.
pub(crate) fn check_bad(bad: Bad, body: &Body, runtime: &Runtime) {
    let contenders: &[Contender] = match bad {
        Bad::Payload => &Contender::ALL[..4],
        // The types of `aws_lambda_events` refuse the whole event, or as parameters the record.
        Bad::Envelope => &Contender::ALL[..2],
    };
    let mut reported = Vec::new();
    for contender in contenders {
        let (invocation, _buffer) = deliver(&body.json);
        let response = contender.respond(runtime, body, invocation, &Seen::NOTHING);
        let failures = value(&response)["batchItemFailures"].take();
        assert_eq!(failures.as_array().map(Vec::len), Some(1), "{failures}");
        reported.push(failures);
    }
    assert!(reported.iter().all(|failures| *failures == reported[0]));
}

fn value(response: &[u8]) -> Value {
    serde_json::from_slice(response).expect("a response is JSON")
}
