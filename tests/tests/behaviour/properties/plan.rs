//! Batches: what the records are, and what the functions do with them.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use stream_handler_tests::events;

/// Durations are whole numbers of this, deadlines and time-outs lie between them. The tests' clock
/// stands still while anything runs, so how long it is costs nothing; the real time that passes
/// between the making of a deadline and its reading must be short beside it.
pub(crate) const UNIT: Duration = Duration::from_secs(60);

/// `record_timeout` where it is set: `330s`.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(330);

/// What is taken for "never ends" where a time-out or a deadline will end it.
const LONG: u32 = 1_000;

/// One test case.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    pub(crate) concurrency: usize,
    pub(crate) options: Options,
    /// How far away the invocation's deadline is.
    pub(crate) left: Option<Duration>,
    pub(crate) records: Vec<Planned>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Kinesis,
    DynamoDb,
    Standard,
    Fifo,
}

impl Kind {
    pub(crate) fn is_stream(self) -> bool {
        matches!(self, Self::Kinesis | Self::DynamoDb)
    }

    pub(crate) fn is_ordered(self) -> bool {
        self != Self::Standard
    }

    fn identifier(self) -> &'static str {
        match self {
            Self::Kinesis => "/kinesis/sequenceNumber",
            Self::DynamoDb => "/dynamodb/SequenceNumber",
            Self::Standard | Self::Fifo => "/messageId",
        }
    }

    fn lane(self) -> &'static str {
        match self {
            Self::Kinesis => "/kinesis/partitionKey",
            Self::DynamoDb => "/dynamodb/Keys",
            Self::Standard | Self::Fifo => "/attributes/MessageGroupId",
        }
    }

    fn payload(self) -> &'static str {
        match self {
            Self::Kinesis => "/kinesis/data",
            Self::DynamoDb => "/dynamodb/NewImage",
            Self::Standard | Self::Fifo => "/body",
        }
    }
}

/// The options that a function is declared with, beside its concurrency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Options {
    /// None.
    Plain,
    /// Dead letters, undecodable records among them, and a time-out per record.
    Letters,
    /// Dead letters, and the invocation fails when nothing is done.
    Strict,
}

#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) identifier: Identifier,
    /// The partition key, item key or message group, if it can be read.
    pub(crate) lane: Option<u8>,
    pub(crate) shape: Shape,
    pub(crate) handler: Act,
    pub(crate) letter: Act,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Identifier {
    Own,
    /// One that other records may have too.
    Common(u8),
    Missing,
    Empty,
    NoText,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Good,
    /// Its payload is not there.
    Undecodable,
    /// Not even an object.
    NoObject,
}

/// What a function does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act {
    /// How often it lets others go on first.
    pub(crate) yields: u8,
    /// How many units of time it takes.
    pub(crate) takes: u32,
    pub(crate) end: End,
    /// It panics when it is cancelled.
    pub(crate) bomb: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Success,
    Error,
    Permanent,
    Panic,
}

impl Planned {
    /// The identifier of the record at a position, if it has one that can be reported.
    pub(crate) fn identifier(&self, position: usize) -> Option<String> {
        match (self.shape, self.identifier) {
            (Shape::NoObject, _)
            | (_, Identifier::Missing | Identifier::Empty | Identifier::NoText) => None,
            (_, Identifier::Own) => Some(format!("own-{position}")),
            (_, Identifier::Common(which)) => Some(format!("common-{which}")),
        }
    }

    fn json(&self, kind: Kind, position: usize) -> Value {
        if self.shape == Shape::NoObject {
            // What is left of it still tells its position.
            return json!([position]);
        }
        let text = position.to_string();
        let (mut record, key) = match (kind, self.lane) {
            (Kind::Kinesis, lane) => (events::kinesis("", &text), json!(lane)),
            (Kind::DynamoDb, lane) => (
                events::insert("", &text),
                json!({ "Id": { "N": json!(lane).to_string() } }),
            ),
            (Kind::Standard, lane) => (events::sqs("", &text), json!(lane)),
            (Kind::Fifo, lane) => (events::fifo("", "", &text), json!(lane)),
        };
        let key = if kind == Kind::DynamoDb {
            key
        } else {
            json!(key.to_string())
        };
        record["position"] = json!(position);
        record = match self.lane {
            Some(_) => events::with(record, kind.lane(), key),
            None => events::with(record, kind.lane(), Value::Null),
        };
        record = match (self.identifier, self.identifier(position)) {
            (_, Some(identifier)) => events::with(record, kind.identifier(), identifier),
            (Identifier::Missing, None) => events::without(record, kind.identifier()),
            (Identifier::NoText, None) => events::with(record, kind.identifier(), 7),
            (_, None) => record,
        };
        if self.shape == Shape::Undecodable {
            record = events::without(record, kind.payload());
        }
        record
    }
}

impl Plan {
    pub(crate) fn event(&self) -> Value {
        let records = self.records.iter().enumerate();
        events::event(records.map(|(position, record)| record.json(self.kind, position)))
    }

    /// The position of a record, from its JSON.
    pub(crate) fn position(record: &str) -> usize {
        let record: Value = serde_json::from_str(record).expect("a record's JSON");
        let position = record.get("position").or_else(|| record.get(0));
        let position = position.and_then(Value::as_u64).expect("a position");
        position.try_into().expect("a small one")
    }
}

pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    let kind = prop_oneof![
        Just(Kind::Kinesis),
        Just(Kind::DynamoDb),
        Just(Kind::Standard),
        Just(Kind::Fifo),
    ];
    let options = prop_oneof![
        Just(Options::Plain),
        Just(Options::Letters),
        Just(Options::Strict),
    ];
    // A quarter of a unit off: nothing else happens then.
    let left = (0..60_u32).prop_map(|units| UNIT * units + UNIT / 4);
    let left = prop_oneof![1 => Just(None), 1 => left.prop_map(Some)];
    let concurrency = proptest::sample::select(&super::functions::CONCURRENCY[..]);
    (kind, concurrency, options, left, batches()).prop_map(
        |(kind, concurrency, options, left, records)| Plan {
            kind,
            concurrency,
            options,
            left,
            records,
        },
    )
}

/// Batches of all sizes, of which some go well, and some go ill in many places.
fn batches() -> impl Strategy<Value = Vec<Planned>> {
    (prop_oneof![Just(0_u32), Just(3), Just(30)], 0..=60_usize)
        .prop_flat_map(|(ill, most)| vec(records(ill), 0..=most))
}

fn records(ill: u32) -> impl Strategy<Value = Planned> {
    let ill = ill.max(1);
    let identifier = prop_oneof![
        200 => Just(Identifier::Own),
        3 * ill => (0..3_u8).prop_map(Identifier::Common),
        // Few: one that fails hides all else that could be wrong with a queue's response.
        ill / 10 => Just(Identifier::Missing),
        ill / 10 => Just(Identifier::Empty),
        ill / 10 => Just(Identifier::NoText),
    ];
    let lane = prop_oneof![200 => (0..5_u8).prop_map(Some), ill => Just(None)];
    let shape = prop_oneof![
        200 => Just(Shape::Good),
        ill => Just(Shape::Undecodable),
        ill / 3 => Just(Shape::NoObject),
    ];
    (identifier, lane, shape, acts(ill), acts(ill)).prop_map(
        |(identifier, lane, shape, handler, letter)| Planned {
            identifier,
            lane,
            shape,
            handler,
            letter,
        },
    )
}

fn acts(ill: u32) -> impl Strategy<Value = Act> {
    let takes = prop_oneof![60 => Just(0_u32), 140 => 1..6_u32, ill / 3 => Just(LONG)];
    let end = prop_oneof![
        200 => Just(End::Success),
        ill => Just(End::Error),
        2 * ill => Just(End::Permanent),
        ill => Just(End::Panic),
    ];
    (0..3_u8, takes, end, any::<bool>()).prop_map(|(yields, takes, end, bomb)| Act {
        yields,
        takes,
        end,
        bomb,
    })
}
