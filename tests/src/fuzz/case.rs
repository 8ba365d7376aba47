//! Cases: events in parts, so that records can be mutated and left out one by one.

use super::{
    json::{self, Spelling},
    layout::{Kind, Layout, Member, Place, Slot},
    random::Random,
    source::Source,
};

/// Where a batch ends, in bytes: none of Lambda's is larger than 6 MB, nor a response.
const LARGEST: usize = 2 << 20;

/// A record, and what is between it and the one before.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) before: Vec<u8>,
    pub(super) json: Vec<u8>,
}

/// Which calls of handlers and dead-letter functions fail: a share of them, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failures {
    pub(super) one_in: u64,
    pub(super) seed: u64,
}

impl Failures {
    pub(super) const NONE: Self = Self { one_in: 0, seed: 0 };

    pub(super) fn fails(self, call: usize) -> bool {
        self.one_in > 0
            && Random::new(self.seed.wrapping_add(call as u64))
                .next()
                .is_multiple_of(self.one_in)
    }
}

/// An event to hand to a handler.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) source: Source,
    pub(super) failures: Failures,
    pub(super) head: Vec<u8>,
    pub(super) records: Vec<Part>,
    pub(super) tail: Vec<u8>,
}

impl Case {
    /// The event's text, or what mutations left of it.
    pub(super) fn body(&self, body: &mut Vec<u8>) {
        body.clear();
        body.extend_from_slice(&self.head);
        for Part { before, json } in &self.records {
            body.extend_from_slice(before);
            body.extend_from_slice(json);
        }
        body.extend_from_slice(&self.tail);
    }

    /// The case without some of its records.
    pub(super) fn without(&self, dropped: std::ops::Range<usize>) -> Self {
        let mut case = self.clone();
        case.records.drain(dropped.clone());
        // The first of a partition has the partition's key before it.
        let lost = self.records[dropped.clone()].iter().rev();
        let lost = lost.map(|part| &part.before).find(|before| *before != b",");
        if let (Some(next), Some(before)) = (case.records.get_mut(dropped.start), lost)
            && next.before == b","
        {
            next.before.clone_from(before);
        }
        case
    }

    /// An event of at most `most` records whose JSON is right, though its records may not be.
    pub(super) fn random(source: Source, most: usize, random: &mut Random) -> Self {
        let failures = Failures {
            one_in: *random.pick(&[0, 0, 0, 0, 0, 2, 10, 100]),
            seed: random.next(),
        };
        let mut layouts = Layouts::random(source, random);
        let mut place = Place {
            topic: (*random.pick(&["t", "orders", "a-b", "é", "topic\"1", ""])).to_owned(),
            partition: random.below(20),
            spelling: Spelling::random(random),
            odd_one_in: *random.pick(&[usize::MAX, usize::MAX, 1000, 200, 40, 8]),
            nudges: random.one_in(2),
        };
        if place.topic.is_empty() && !random.one_in(8) {
            place.topic.push('t');
        }
        let count = match random.below(10) {
            0..3 => random.below(4) + 1,
            3..8 => random.below(36) + 5,
            _ => random.below(260) + 41,
        };
        let spaced = random.one_in(6);
        let mut text = String::new();
        let (mut records, mut size) = (Vec::new(), 0);
        for index in 0..count.min(most) {
            let mut before = String::new();
            if index > 0 {
                before.push(',');
            }
            if source == Source::Kafka && (index == 0 || random.one_in(40)) {
                if index > 0 {
                    before.clear();
                    before.push_str("],");
                    place.partition += 1;
                }
                partition_key(random, &place, &mut before);
            }
            if spaced {
                json::space(random, &mut before);
            }
            text.clear();
            layouts
                .next(index, random)
                .record(random, &place, &mut text);
            if random.one_in(place.odd_one_in.saturating_mul(4)) {
                text.clear();
                json::value(random, place.spelling, 3, &mut text);
            }
            if spaced {
                json::space(random, &mut text);
            }
            records.push(Part {
                before: before.into_bytes(),
                json: text.as_bytes().to_vec(),
            });
            size += text.len();
            if size > LARGEST {
                break;
            }
        }
        let (head, tail) = around(source, random);
        Self {
            source,
            failures,
            head: head.into_bytes(),
            records,
            tail: tail.into_bytes(),
        }
    }
}

/// `"t-0":[`, now and then spelt in another way, or of another partition than its records say.
fn partition_key(random: &mut Random, place: &Place, out: &mut String) {
    let mut partition = place.partition;
    if random.one_in(60) {
        partition += 1;
    }
    json::spelt(random, &format!("{}-{partition}", place.topic), out);
    json::space(random, out);
    out.push_str(":[");
    json::space(random, out);
}

/// What is around the records.
fn around(source: Source, random: &mut Random) -> (String, String) {
    let mut before = String::new();
    json::space(random, &mut before);
    before.push('{');
    let mut after = String::from(if source == Source::Kafka { "]}" } else { "]" });
    json::space(random, &mut after);
    if source == Source::S3Batch {
        let id = r#""invocationSchemaVersion":"1.0","job":{"id":"f3cc"},"#;
        before.push_str(id);
        let id = format!(",\"invocationId\":\"{}\"", random.next());
        after.push_str(&id);
    }
    if source == Source::Kafka && !random.one_in(4) {
        let names = [
            r#""aws:kafka""#,
            r#""SelfManagedKafka""#,
            r#""aws\u003akafka""#,
            "null",
            "{}",
        ];
        before.push_str(&format!("\"eventSource\":{},", random.any(&names)));
    }
    if random.one_in(4) {
        json::string(random, Spelling::DenseEscapes, &mut before);
        before.push(':');
        json::value(random, Spelling::Anything, 3, &mut before);
        before.push(',');
        json::space(random, &mut before);
    }
    json::spelt(random, source.key(), &mut before);
    json::space(random, &mut before);
    before.push(':');
    json::space(random, &mut before);
    before.push(if source == Source::Kafka { '{' } else { '[' });
    if random.one_in(4) {
        after.push_str(",\"a\":");
        json::value(random, Spelling::Anything, 3, &mut after);
    }
    if random.one_in(50) {
        after.push_str(&format!(",\"{}\":", source.key()));
        after.push_str(random.any(&["[]", "{}", "null", "[{}]"]));
    }
    after.push('}');
    json::space(random, &mut after);
    (before, after)
}

/// The layouts of a batch, and which record has which.
struct Layouts {
    layouts: Vec<Layout>,
    order: Order,
}

enum Order {
    /// The first layout for this number of records, then the next for as many.
    Runs(usize),
    /// The layouts in turn.
    InTurn,
    AtRandom,
    /// The first layout, and sometimes another.
    MostlyFirst(usize),
    /// Each layout differs from the previous one.
    Drift,
}

impl Layouts {
    fn random(source: Source, random: &mut Random) -> Self {
        let mut first = Layout::new(source.members());
        for _ in 0..*random.pick(&[0, 0, 1, 1, 2, 4]) {
            first = first.changed(random);
        }
        if random.one_in(20) {
            // Nothing that is known.
            let members = ["a", "b"].map(|key| Member::new(key, Slot::Varied(Kind::Any)));
            first = Layout::new(members.into());
        }
        let more = *random.pick(&[0, 0, 1, 1, 2, 3, 5]);
        let mut layouts = vec![first];
        for _ in 0..more {
            // From any of them, so that they may differ in one thing or in several.
            let from = random.below(layouts.len());
            layouts.push(layouts[from].changed(random));
        }
        let order = match random.below(5) {
            0 => Order::Runs(random.below(12) + 1),
            1 => Order::InTurn,
            2 => Order::AtRandom,
            3 => Order::MostlyFirst(random.below(20) + 2),
            _ if random.one_in(3) => Order::Drift,
            _ => Order::Runs(random.below(100) + 1),
        };
        Self { layouts, order }
    }

    fn next(&mut self, index: usize, random: &mut Random) -> &mut Layout {
        let count = self.layouts.len();
        let at = match self.order {
            Order::Runs(length) => index / length % count,
            Order::InTurn => index % count,
            Order::AtRandom => random.below(count),
            Order::MostlyFirst(one_in) if random.one_in(one_in) => random.below(count),
            Order::MostlyFirst(_) => 0,
            Order::Drift => {
                if random.one_in(4) {
                    self.layouts[0] = self.layouts[0].changed(random);
                }
                0
            }
        };
        &mut self.layouts[at]
    }
}
