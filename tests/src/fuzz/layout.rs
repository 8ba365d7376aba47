//! Layouts: what records of a batch share, and what differs from one to the next.

use super::{
    json::{self, Spelling},
    random::Random,
};

/// What a value is for, and so what it is usually like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Identifier,
    EventId,
    Text,
    TextOfDigits,
    Base64,
    Seconds,
    Milliseconds,
    Keys,
    Image,
    Topic,
    Partition,
    /// The URL-encoded key of an object, or almost.
    ObjectKey,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Any value.
    Any,
}

/// What stands at a key.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    /// The same in each record.
    Fixed(String),
    /// Another value in each record, or nearly.
    Varied(Kind),
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// As it is written, with its quotes.
    key: String,
    slot: Slot,
    /// White space before the key, before the colon, after it, and after the value.
    space: [&'static str; 4],
    /// What the last record had here.
    last: String,
}

impl Member {
    pub(super) fn new(key: &str, slot: Slot) -> Self {
        Self {
            key: format!("\"{key}\""),
            slot,
            space: [""; 4],
            last: String::new(),
        }
    }
}

/// What values of a batch depend on.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) topic: String,
    pub(super) partition: usize,
    pub(super) spelling: Spelling,
    /// How rare values of another kind are.
    pub(super) odd_one_in: usize,
    /// Whether a value may be nearly that of the record before.
    pub(super) nudges: bool,
}

/// A layout of records.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    members: Vec<Member>,
    /// White space within an object that is empty, and before the end of any other.
    end: &'static str,
}

impl Layout {
    pub(super) fn new(members: Vec<Member>) -> Self {
        Self { members, end: "" }
    }

    /// Writes another record.
    pub(super) fn record(&mut self, random: &mut Random, place: &Place, out: &mut String) {
        object(&mut self.members, self.end, random, place, out);
    }

    /// The layout after a small nasty change.
    pub(super) fn changed(&self, random: &mut Random) -> Self {
        let mut layout = self.clone();
        match random.below(24) {
            0 => layout.end = random.any(&[" ", "\n", "\t\t"]),
            1 => space_all(&mut layout.members),
            _ => change(&mut layout.members, random),
        }
        layout
    }
}

fn object(members: &mut [Member], end: &str, random: &mut Random, place: &Place, out: &mut String) {
    out.push('{');
    for (index, member) in members.iter_mut().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let [before, after_key, before_value, after] = member.space;
        out.push_str(before);
        out.push_str(&member.key);
        out.push_str(after_key);
        out.push(':');
        out.push_str(before_value);
        match &mut member.slot {
            Slot::Fixed(json) => {
                if random.one_in(place.odd_one_in.saturating_mul(8)) {
                    odd(random, place.spelling, out);
                } else {
                    out.push_str(json);
                }
            }
            Slot::Varied(kind) => varied(*kind, &mut member.last, random, place, out),
            Slot::Object(members) => {
                if random.one_in(place.odd_one_in.saturating_mul(4)) {
                    odd(random, place.spelling, out);
                } else {
                    object(members, end, random, place, out);
                }
            }
        }
        out.push_str(after);
    }
    out.push_str(end);
    out.push('}');
}

/// A value of another kind than there should be.
fn odd(random: &mut Random, spelling: Spelling, out: &mut String) {
    const ODD: &[&str] = &[
        "null",
        "null",
        "{}",
        "[]",
        r#""""#,
        "5",
        "true",
        "false",
        "-1",
        "1.5",
        r#""text""#,
        "{ }",
        "[ ]",
        "[null]",
        r#"{"a":1}"#,
        r#"{"a":"}\"{"}"#,
        r#"["]"]"#,
        r#""\ud83d""#,
        r#""null""#,
        r#""!""#,
        r#"{"S":"a"}"#,
        r#"{"sequenceNumber":"9"}"#,
        "[[[[[[]]]]]]",
        "0",
        "-0",
    ];
    match random.below(200) {
        0 => json::nest(random, out),
        1..30 => json::value(random, spelling, 3, out),
        30..60 => json::string(random, spelling, out),
        _ => out.push_str(random.any(ODD)),
    }
}

fn varied(kind: Kind, last: &mut String, random: &mut Random, place: &Place, out: &mut String) {
    if random.one_in(place.odd_one_in) {
        // A record that says to be of another partition may fail the event: another case tries that.
        match kind {
            Kind::Topic => out.push_str(random.any(&["null", "5", r#""""#, r#""\ud83d""#, "{}"])),
            Kind::Partition => out.push_str(random.any(&["null", "{}", r#""0""#, "1.0", "[]"])),
            _ => odd(random, place.spelling, out),
        }
        return;
    }
    let start = out.len();
    // A value like the last one is where a memory of the last one fails.
    let dice = if last.is_empty() || !place.nudges || matches!(kind, Kind::Topic | Kind::Partition)
    {
        9
    } else {
        random.below(10)
    };
    match dice {
        0 => out.push_str(last),
        1 => {
            let mut nudged = String::new();
            json::nudge(random, last, &mut nudged);
            out.push_str(&nudged);
        }
        _ => fresh(kind, random, place, out),
    }
    last.clear();
    last.push_str(&out[start..]);
}

fn fresh(kind: Kind, random: &mut Random, place: &Place, out: &mut String) {
    match kind {
        Kind::Identifier => {
            let digits = random.below(25) + 1;
            let number = u128::from(random.next()) << 64 | u128::from(random.next());
            let number = format!("{number:030}");
            json::spelt(random, &number[..digits], out);
        }
        Kind::EventId => {
            let id = format!("shardId-00000000000{}:{}", random.below(10), random.next());
            json::spelt(random, &id, out);
        }
        Kind::Text => json::string(random, place.spelling, out),
        Kind::TextOfDigits => {
            let number = 1_545_082_649_183 + random.next() % 100_000;
            out.push_str(&format!("\"{number}\""));
        }
        Kind::Base64 => {
            if random.one_in(30) {
                out.push_str("null");
            } else {
                json::base64(random, out);
            }
        }
        Kind::Seconds => match random.below(8) {
            0 => json::number(random, out),
            1..4 => out.push_str(&(1_545_084_650 + random.next() % 1000).to_string()),
            _ => {
                // To the millisecond, as AWS writes it, or further, so that it must be rounded.
                let end = *random.pick(&[1000, 1_000_000]);
                let fraction = random.below(end);
                let seconds = 1_545_084_650 + random.next() % 1000;
                out.push_str(&format!("{seconds}.{fraction}"));
            }
        },
        Kind::Milliseconds => {
            if random.one_in(8) {
                json::number(random, out);
            } else {
                let digits = u32::try_from(random.below(13) + 1).unwrap_or(1);
                out.push_str(&(random.next() % 10_u64.pow(digits)).to_string());
            }
        }
        Kind::Keys => match random.below(20) {
            0 => image(random, place.spelling, out),
            1 => out.push_str(r#"{"id":{"S":"a"}}"#),
            2 => out.push_str(r#"{"sort":{"N":"2"},"id":{"N":"1"}}"#),
            _ => out.push_str(&format!(r#"{{"id":{{"N":"{}"}}}}"#, random.below(200))),
        },
        Kind::Image => match random.below(10) {
            0 => out.push_str("null"),
            _ => image(random, place.spelling, out),
        },
        Kind::Topic => json::spelt(random, &place.topic, out),
        Kind::Partition => out.push_str(&place.partition.to_string()),
        Kind::ObjectKey => object_key(random, place.spelling, out),
        Kind::Choice(choice) => out.push_str(random.any(choice)),
        Kind::Any => json::value(random, place.spelling, 4, out),
    }
}

fn object_key(random: &mut Random, spelling: Spelling, out: &mut String) {
    const GOOD: &[&str] = &["a", "b/", "%2F", "+", "%20", "%2b", "%C3%a9", "é", "."];
    const BAD: &[&str] = &["%", "%4", "%zz", "%C3", "%ff", "%+1"];
    if random.one_in(3) {
        return json::string(random, spelling, out);
    }
    let mut key = String::new();
    for _ in 0..random.below(8) {
        let parts = if random.one_in(60) { BAD } else { GOOD };
        key.push_str(random.any(parts));
    }
    json::spelt(random, &key, out);
}

/// A DynamoDB item.
fn image(random: &mut Random, spelling: Spelling, out: &mut String) {
    const NAMES: &[&str] = &["id", "name", "total", "tags", "n\\u0061me", "a.b", "é", ""];
    out.push('{');
    let count = random.below(6);
    let names = random.below(NAMES.len());
    for index in 0..count {
        if index > 0 {
            out.push(',');
        }
        json::space(random, out);
        out.push('"');
        out.push_str(NAMES[(names + index) % NAMES.len()]);
        out.push_str("\":");
        json::space(random, out);
        attribute(random, spelling, 3, out);
    }
    json::space(random, out);
    out.push('}');
}

fn attribute(random: &mut Random, spelling: Spelling, depth: usize, out: &mut String) {
    let parts = random.below(4);
    let all = |random: &mut Random, out: &mut String, write: &dyn Fn(&mut Random, &mut String)| {
        for index in 0..parts {
            if index > 0 {
                out.push(',');
            }
            write(random, out);
        }
    };
    let attribute_within = |random: &mut Random, out: &mut String| {
        attribute(random, spelling, depth.saturating_sub(1), out);
    };
    let number = |random: &mut Random, out: &mut String| {
        out.push('"');
        if random.one_in(3) {
            json::number(random, out);
        } else {
            out.push_str(&random.below(100_000).to_string());
        }
        out.push('"');
    };
    match random.below(if depth == 0 { 14 } else { 20 }) {
        0..6 => {
            out.push_str(r#"{"S":"#);
            json::string(random, spelling, out);
            out.push('}');
        }
        6..10 => {
            out.push_str(r#"{"N":"#);
            number(random, out);
            out.push('}');
        }
        10 => {
            let words = [r#"{"BOOL":true}"#, r#"{"BOOL":false}"#, r#"{"NULL":true}"#];
            out.push_str(random.any(&words));
        }
        11 => {
            out.push_str(r#"{"B":"#);
            json::base64(random, out);
            out.push('}');
        }
        12 => {
            out.push_str(r#"{"SS":["#);
            all(random, out, &|random, out| {
                json::string(random, spelling, out);
            });
            out.push_str("]}");
        }
        13 if random.one_in(4) => {
            const WRONG: &[&str] = &[
                "{}",
                "null",
                r#"{"S":1}"#,
                r#"{"X":"a"}"#,
                r#"{"S":"a","N":"1"}"#,
                r#"{"N":1}"#,
                r#""a""#,
                r#"{"L":{}}"#,
                r#"{"M":[]}"#,
                r#"{"S":"\ud83d"}"#,
                r#"{"NULL":false}"#,
                r#"{"\u0053":"a"}"#,
            ];
            out.push_str(random.any(WRONG));
        }
        13 => {
            out.push_str(r#"{"NS":["#);
            all(random, out, &number);
            out.push_str("]}");
        }
        14..17 => {
            out.push_str(r#"{"L":["#);
            all(random, out, &attribute_within);
            out.push_str("]}");
        }
        _ => {
            out.push_str(r#"{"M":{"#);
            for index in 0..parts {
                if index > 0 {
                    out.push(',');
                }
                json::string(random, spelling, out);
                out.push(':');
                attribute_within(random, out);
            }
            out.push_str("}}");
        }
    }
}

const KEYS: &[&str] = &[
    r#""new""#,
    r#""a""#,
    r#""""#,
    r#""data2""#,
    r#""Data""#,
    r#""kinesis ""#,
    r#""bod""#,
    r#""\"""#,
    r#""\\""#,
    r#""\u0000""#,
    r#""messageID""#,
    r#""EventSource""#,
    r#""eventSource""#,
    r#""eventSourceARN""#,
    r#""data""#,
    r#""body""#,
    r#""key""#,
    r#""value""#,
];

fn space_all(members: &mut [Member]) {
    for member in members {
        member.space = ["\n    ", "", " ", ""];
        if let Slot::Object(members) = &mut member.slot {
            space_all(members);
        }
    }
}

/// One small change of an object, or of one within it.
fn change(members: &mut Vec<Member>, random: &mut Random) {
    let is_object = |member: &&mut Member| matches!(member.slot, Slot::Object(_));
    if random.one_in(2)
        && let Some(member) = members.iter_mut().find(is_object)
        && let Slot::Object(inner) = &mut member.slot
    {
        // In a third of these cases it becomes something else as a whole.
        if random.one_in(3) {
            member.slot = another_object(inner, random);
        } else {
            change(inner, random);
        }
        return;
    }
    if members.is_empty() {
        members.push(Member::new("new", Slot::Varied(Kind::Any)));
        return;
    }
    let at = random.below(members.len());
    match random.below(12) {
        0 => {
            members.remove(at);
        }
        1 => {
            let copy = members[at].clone();
            let to = random.below(members.len() + 1);
            members.insert(to, copy);
        }
        2 => {
            let with = random.below(members.len());
            members.swap(at, with);
        }
        3 => members.reverse(),
        4 | 5 => escape_key(&mut members[at].key, random),
        6 => members[at].slot = Slot::Varied(Kind::Any),
        7 => {
            let mut json = String::new();
            odd(random, Spelling::Anything, &mut json);
            members[at].slot = Slot::Fixed(json);
        }
        8 | 9 => {
            let mut member = Member::new("", Slot::Varied(Kind::Any));
            random.any(KEYS).clone_into(&mut member.key);
            if random.one_in(2) {
                let mut json = String::new();
                json::value(random, Spelling::Anything, 2, &mut json);
                member.slot = Slot::Fixed(json);
            }
            members.insert(at, member);
        }
        10 => {
            let space = random.below(4);
            members[at].space[space] = random.any(&[" ", "\n", "\r\n\t", "  "]);
        }
        _ => {
            let mut key = String::new();
            json::string(random, Spelling::Anything, &mut key);
            members[at].key = key;
        }
    }
}

/// What may stand in an object's place.
fn another_object(inner: &[Member], random: &mut Random) -> Slot {
    match random.below(8) {
        0 => Slot::Object(Vec::new()),
        1 => Slot::Object(vec![Member::new("new", Slot::Varied(Kind::Any))]),
        2 => Slot::Object(inner.iter().take(1).cloned().collect()),
        3 => Slot::Fixed("null".to_owned()),
        4 => Slot::Fixed("{ }".to_owned()),
        5 => Slot::Fixed("[]".to_owned()),
        6 => Slot::Varied(Kind::Any),
        _ => Slot::Varied(Kind::Choice(&[
            "{}",
            "null",
            "{ }",
            r#"{"new":1}"#,
            "[]",
            "5",
        ])),
    }
}

/// Escapes a character of a key, so that it is the same key.
fn escape_key(key: &mut String, random: &mut Random) {
    if key.len() < 3 || key.contains('\\') || !key.is_ascii() {
        return;
    }
    let at = random.below(key.len() - 2) + 1;
    let mut escaped = key[..at].to_owned();
    json::escape(char::from(key.as_bytes()[at]), &mut escaped);
    escaped.push_str(&key[at + 1..]);
    *key = escaped;
}
