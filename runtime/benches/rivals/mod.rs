//! Who is measured, on what.
//!
//! | contender | is |
//! |---|---|
//! | `stream-handler` | an annotated function of one of our record types |
//! | `aws-types` | an annotated function of one of the record types of `aws_lambda_events` |
//! | `by-hand` | a loop over the records of that crate's event, as people write it |
//! | `floor` | one pass of `serde_json` over the body that borrows what it needs, keeps no record apart and answers success: a measure, not a handler |
//!
//! All of them decode the same [`Order`](order::Order) from each record.
#![allow(dead_code, reason = "no benchmark needs all of it")]
#![allow(clippy::unused_async, reason = "handlers are async, whatever they do")]

pub(crate) mod bodies;
mod dynamodb;
pub(crate) mod entry;
mod floor;
mod kafka;
mod kinesis;
pub(crate) mod order;
mod sqs;

use serde_json::{Value, json};
use stream_handler::DeadLetter;

use self::{
    bodies::{Bad, Body, RECORDS},
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

/// One who answers events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contender {
    StreamHandler,
    AwsTypes,
    ByHand,
    Floor,
}

impl Contender {
    pub(crate) const ALL: [Self; 4] = [
        Self::StreamHandler,
        Self::AwsTypes,
        Self::ByHand,
        Self::Floor,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::StreamHandler => "stream-handler",
            Self::AwsTypes => "aws-types",
            Self::ByHand => "by-hand",
            Self::Floor => "floor",
        }
    }

    /// From a body to a response.
    pub(crate) async fn answer(self, source: Source, body: &[u8], seen: &Seen) -> Vec<u8> {
        match source {
            Source::Kinesis => kinesis::answer(self, body, seen).await,
            Source::DynamoDb => dynamodb::answer(self, body, seen).await,
            Source::Sqs => sqs::answer(self, body, seen).await,
            Source::Kafka => kafka::answer(self, body, seen).await,
        }
    }
}

/// From a body with a record that can't be identified to a response: our handlers answer that if
/// they may give the record to a dead-letter function.
pub(crate) async fn answer_with_dead_letters(source: Source, body: &[u8], seen: &Seen) -> Vec<u8> {
    match source {
        Source::Kinesis => kinesis::answer_with_dead_letters(body, seen).await,
        Source::DynamoDb => dynamodb::answer_with_dead_letters(body, seen).await,
        Source::Sqs => sqs::answer_with_dead_letters(body, seen).await,
        Source::Kafka => kafka::answer_with_dead_letters(body, seen).await,
    }
}

/// The dead-letter function: it takes everything.
async fn take(_: DeadLetter, _: &Seen) {}

/// An event of a source with so many records of a kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) source: Source,
    pub(crate) payload: Payload,
    pub(crate) records: usize,
}

impl Case {
    /// All of them, also those too large for Lambda.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Source::ALL.into_iter().flat_map(|source| {
            Payload::ALL.into_iter().flat_map(move |payload| {
                RECORDS.into_iter().map(move |records| Self {
                    source,
                    payload,
                    records,
                })
            })
        })
    }

    /// The event; `None` if it is too large for Lambda.
    pub(crate) fn body(self) -> Option<Body> {
        Body::new(self.source, self.payload, self.records)
    }

    /// Makes sure that every contender decodes every order as it was made, and answers success.
    pub(crate) fn check(self, body: &Body, runtime: &tokio::runtime::Runtime) {
        for contender in Contender::ALL {
            let seen = Seen::everything();
            let answer = contender.answer(self.source, &body.json, &seen);
            let answer = runtime.block_on(answer);
            let (source, contender) = (self.source.name(), contender.name());
            assert_eq!(
                value(&answer),
                json!({ "batchItemFailures": [] }),
                "{source}: {contender}"
            );
            let mut orders = seen.into_orders();
            // A `HashMap` has the partitions of Kafka in any order.
            orders.sort_by_key(|order| order.id);
            assert_eq!(orders.len(), body.orders.len(), "{source}: {contender}");
            assert!(orders == body.orders, "{source}: {contender}");
        }
    }
}

/// Makes sure that the last record of an event is bad, and that who can answer that agrees on it.
pub(crate) fn check_bad(source: Source, bad: Bad, body: &Body, runtime: &tokio::runtime::Runtime) {
    let failures = |answer: &[u8]| value(answer)["batchItemFailures"].clone();
    if bad == Bad::Shape {
        let seen = Seen::everything();
        let answer = runtime.block_on(answer_with_dead_letters(source, &body.json, &seen));
        assert_eq!(failures(&answer), json!([]), "{}", source.name());
        let done = body.orders.len() / body.records * (body.records - 1);
        assert_eq!(seen.into_orders().len(), done, "{}", source.name());
        return;
    }
    let contenders = match bad {
        Bad::Payload => &Contender::ALL[..3],
        // For the loop by hand there is no event, and for its types no record.
        Bad::Envelope | Bad::Shape => &Contender::ALL[..1],
    };
    let mut answers = Vec::new();
    for contender in contenders {
        let answer = contender.answer(source, &body.json, &Seen::NOTHING);
        let answer = failures(&runtime.block_on(answer));
        assert_eq!(answer.as_array().map(Vec::len), Some(1), "{answer}");
        answers.push(answer);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

fn value(answer: &[u8]) -> Value {
    serde_json::from_slice(answer).expect("an answer is JSON")
}
