//! Makes hostile texts from good ones. All of it follows from one number.

use super::{scan::Tree, seeds::Seed};

/// A generator of numbers: `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Values to put in any place.
pub(crate) fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "1.5",
        "0.1e1",
        "1e999999",
        "-1E-999999",
        "2147483648",
        "9223372036854775807",
        "9223372036854775808",
        r#""""#,
        r#""0""#,
        r#""a""#,
        r#"" ""#,
        r#""\ud83d""#,
        r#""\udc69x""#,
        r#""\u0000""#,
        r#""\ud83d\udc69 \/""#,
        r#""é👩‍👧""#,
        r#""1e5""#,
        r#""YQ""#,
        r#""YQ==\n""#,
        r#""/w==""#,
        r#""84mawgAB""#,
        r#""aws:kinesis""#,
        r#""aws:dynamodb""#,
        r#""aws:sqs""#,
        r#""aws:kafka""#,
        r#""aws:s3""#,
        r#""q.fifo""#,
        r#""INSERT""#,
        r#""REMOVE""#,
        r#""UPSERT""#,
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[0]",
        "[{}]",
        r#"{"a":1,"a":2}"#,
        r#"{"S":"a"}"#,
        r#"{"":null}"#,
        r#"{"\ud83d":0}"#,
        r#"{"M":{"M":{}}}"#,
        r#"{"$serde_json::private::RawValue":"[1]"}"#,
        r#"{"$serde_json::private::Number":"1"}"#,
    ]
    .map(str::to_owned)
    .into();
    values.push("9".repeat(129));
    values.push(format!("\"{}\"", "9".repeat(129)));
    values.push(format!("-0.{}", "3".repeat(400)));
    values.push(format!("\"{}\"", "x".repeat(3000)));
    values.push(format!("\"{}\"", "\\u0041".repeat(300)));
    for depth in [10, 126, 127, 128, 129, 1000] {
        values.extend(nests(depth));
    }
    values
}

/// Arrays and objects in one another.
pub(crate) fn nests(depth: usize) -> [String; 3] {
    [
        ("[", "", "]"),
        (r#"{"a":"#, "0", "}"),
        (r#"[{"M":"#, "null", "}]"),
    ]
    .map(|(open, inner, close)| open.repeat(depth) + inner + &close.repeat(depth))
}

/// Keys to add, or to give to what is there.
const KEYS: [&str; 32] = [
    "Records",
    "records",
    "eventSource",
    "EventSource",
    "eventSourceARN",
    "eventName",
    "kinesis",
    "sequenceNumber",
    "partitionKey",
    "data",
    "dynamodb",
    "SequenceNumber",
    "Keys",
    "NewImage",
    "OldImage",
    "userIdentity",
    "messageId",
    "body",
    "attributes",
    "MessageGroupId",
    "messageAttributes",
    "topic",
    "partition",
    "offset",
    "key",
    "value",
    "headers",
    "orders-1",
    "",
    r"\ud83d",
    r"\u0000",
    r"\u0052ecords",
];

/// A text made of a seed by some steps.
pub(crate) fn mutate(
    random: &mut Random,
    seeds: &[Seed],
    seed: &Seed,
    values: &[String],
) -> Vec<u8> {
    let mut text = seed.text.clone().into_bytes();
    loop {
        text = match Tree::scan(&text).filter(|_| !random.one_in(12)) {
            Some(tree) => structural(random, seeds, values, &tree, &text),
            None => bytewise(random, text),
        };
        if random.one_in(3) || text.len() > 200_000 {
            return text;
        }
    }
}

fn splice(text: &[u8], at: std::ops::Range<usize>, new: &[u8]) -> Vec<u8> {
    [&text[..at.start], new, &text[at.end..]].concat()
}

fn structural(
    random: &mut Random,
    seeds: &[Seed],
    values: &[String],
    tree: &Tree<'_>,
    text: &[u8],
) -> Vec<u8> {
    let node = random.below(tree.len());
    let span = tree.span(node);
    let value = if random.one_in(3) {
        tree.bytes(random.below(tree.len())).to_vec()
    } else {
        random.pick(values).clone().into_bytes()
    };
    let parent = tree.parent(node);
    match random.below(12) {
        0..4 => splice(text, span, &value),
        // Taken away, with one of its commas.
        4 | 5 => {
            let Some((parent, index)) = parent else {
                return value;
            };
            let member = |index: usize| tree.member(parent, index);
            let siblings = tree.children(parent).len();
            let at = match index {
                0 if siblings == 1 => member(0),
                0 => member(0).start..member(1).start,
                _ => member(index - 1).end..member(index).end,
            };
            splice(text, at, b"")
        }
        // Doubled, as it is or with another value, before or after.
        6 | 7 => {
            let Some((parent, index)) = parent else {
                return splice(text, span.end..span.end, &value);
            };
            let member = tree.member(parent, index);
            let same = random.one_in(2);
            let key = &text[member.start..span.start];
            let copy = [key, if same { &text[span] } else { &value }].concat();
            if random.one_in(2) {
                splice(
                    text,
                    member.start..member.start,
                    &[&copy, &b","[..]].concat(),
                )
            } else {
                splice(text, member.end..member.end, &[b",", &copy[..]].concat())
            }
        }
        // A value more, or a key for another value.
        8 | 9 => {
            let key = format!("\"{}\"", random.pick(&KEYS)).into_bytes();
            let key_of =
                parent.and_then(|(parent, index)| tree.children(parent)[index].key.clone());
            match key_of.filter(|_| random.one_in(2)) {
                Some(old) => splice(text, old, &key),
                None if !tree.is_object(node) && !tree.is_array(node) => splice(text, span, &value),
                None => {
                    let comma = if tree.children(node).is_empty() {
                        &b""[..]
                    } else {
                        b","
                    };
                    let is_object = tree.is_object(node);
                    let key = if is_object {
                        [&key[..], b":"].concat()
                    } else {
                        Vec::new()
                    };
                    let start = span.start + 1;
                    splice(text, start..start, &[&key, &value, comma].concat())
                }
            }
        }
        // A key or a string, written in escapes.
        10 => {
            let key_of =
                parent.and_then(|(parent, index)| tree.children(parent)[index].key.clone());
            let string = key_of.unwrap_or(span);
            match text[string.start..string.end] {
                [b'"', first, ..] if first.is_ascii_alphanumeric() => {
                    let at = string.start + 1..string.start + 2;
                    splice(text, at, format!("\\u{first:04x}").as_bytes())
                }
                _ => splice(text, string, &value),
            }
        }
        _ => ends(random, seeds, text),
    }
}

/// Something before or after the event, or another event in its place.
fn ends(random: &mut Random, seeds: &[Seed], text: &[u8]) -> Vec<u8> {
    let other = random.pick(seeds).text.as_bytes();
    match random.below(6) {
        0 => [b"\xEF\xBB\xBF", text].concat(),
        1 => [b" \n\t\r", text, b" \n"].concat(),
        2 => [
            text,
            *random.pick(&[&b"x"[..], b",", b"]", b"}", b"\xff", b"\0"]),
        ]
        .concat(),
        3 => [text, other].concat(),
        4 => other.to_vec(),
        _ => [b"[", text, b"]"].concat(),
    }
}

fn bytewise(random: &mut Random, mut text: Vec<u8>) -> Vec<u8> {
    const BYTES: &[u8] = b"\"\\{}[],:0-e.\0\x1f\x7f\x80\xc3\xff nu";
    for _ in 0..=random.below(4) {
        let at = random.below(text.len());
        let byte = *random.pick(BYTES);
        match random.below(6) {
            _ if text.is_empty() => text.push(byte),
            0 => text[at] ^= 1 << random.below(8),
            1 => text[at] = byte,
            2 => text.insert(at, byte),
            3 => drop(text.remove(at)),
            4 => text.truncate(at),
            _ => {
                let end = at + random.below((text.len() - at).min(200));
                let part = text[at..end].to_vec();
                text.splice(at..at, part);
            }
        }
    }
    text
}
