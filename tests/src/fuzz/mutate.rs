//! Makes texts of which most are not JSON.

use super::{
    case::{Case, Part},
    random::Random,
};

/// What may be put in anywhere.
const INSERTED: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"0",
    b"-",
    b"+",
    b".",
    b"e",
    b" ",
    b"\n",
    b"n",
    b"/",
    b"\0",
    b"\x01",
    b"\x0b",
    b"\x0c",
    b"\x1f",
    b"\x7f",
    b"\xc2\xa0",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80\xa8",
    b"\\x",
    b"\\u12",
    b"\\u12g4",
    b"\\U0041",
    b"\\'",
    b"\\\n",
    b"\\ud83d",
    b"null",
    b"/**/",
    b"//\n",
    b"'",
    b",,",
    b"::",
    b"\"\"",
    b"{}",
    b"[]",
];
const NUMBERS: &[&[u8]] = &[
    b"01",
    b"1.",
    b"+1",
    b"NaN",
    b".5",
    b"1e",
    b"1e+",
    b"--1",
    b"0x1",
    b"Infinity",
    b"-",
    b"-01",
    b"00",
    b"1.e5",
    b"1_0",
    b"1.5.5",
    b"-.5",
    b"1 2",
    b"\xc2\xb2",
];
const LITERALS: &[&[u8]] = &[
    b"True",
    b"nul",
    b"nulll",
    b"tru",
    b"NULL",
    b"undefined",
    b"nan",
    b"falsee",
    b"t",
    b"nul ",
    b"'a'",
    b"\"",
    b"\"a",
    b"a\"",
    b"{\"a\"}",
    b"{\"a\":}",
    b"{:1}",
    b"{1:1}",
    b"{\"a\":1,}",
    b"{,}",
    b"[,]",
    b"[1,]",
    b"[1 2]",
    b"{\"a\" 1}",
    b"{\"a\":1 \"b\":2}",
    b"{null:1}",
    b"[}",
    b"{]",
    b"{\"a\":1}}",
    b"[1]]",
    b"",
];
const AFTER: &[&[u8]] = &[
    b"x",
    b"}",
    b"]",
    b"null",
    b" {}",
    b",",
    b"\0",
    b"\xef\xbb\xbf",
    b"\"",
    b"{",
    b"\n\n1",
    b"\xff",
    b"//",
    b" \n",
    b"\x0b",
];

/// Changes the text of a case in one to three places.
pub(super) fn mutate(case: &mut Case, random: &mut Random) {
    for _ in 0..*random.pick(&[1, 1, 1, 2, 3]) {
        let count = case.records.len();
        match random.below(40) {
            0 => truncate(case, random),
            1 | 2 => case.tail.extend_from_slice(random.any(AFTER)),
            3 => text(&mut case.head, random),
            4 => text(&mut case.tail, random),
            5 if count > 0 => text(&mut case.records[random.below(count)].before, random),
            _ if count > 0 => text(&mut case.records[random.below(count)].json, random),
            _ => {}
        }
    }
}

fn truncate(case: &mut Case, random: &mut Random) {
    if case.records.is_empty() || random.one_in(4) {
        case.tail.truncate(random.below(case.tail.len()));
        return;
    }
    case.tail.clear();
    let last = random.below(case.records.len());
    case.records.truncate(last + 1);
    let Part { json, .. } = &mut case.records[last];
    json.truncate(random.below(json.len() + 1));
}

fn text(text: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(text.len() + 1);
    let put = |text: &mut Vec<u8>, at: std::ops::Range<usize>, bytes: &[u8]| {
        text.splice(at, bytes.iter().copied());
    };
    match random.below(16) {
        0 | 1 => put(text, at..(at + 1).min(text.len()), b""),
        2 => put(text, at..(at + random.below(8)).min(text.len()), b""),
        3..6 => put(text, at..at, random.any(INSERTED)),
        6 if at + 1 < text.len() => text.swap(at, at + 1),
        7 if at < text.len() => text[at] = random.next().to_le_bytes()[0],
        8 if at < text.len() => text[at] ^= 1 << random.below(8),
        // What is structural is doubled, left out, or becomes something else.
        9..12 => {
            if let Some(at) = find(text, at, b"{}[],:\"\\") {
                match random.below(4) {
                    0 => {
                        let byte = text[at];
                        put(text, at..at, &[byte]);
                    }
                    1 => put(text, at..at + 1, b""),
                    2 => put(text, at..at, b","),
                    _ => put(text, at..at + 1, random.any(INSERTED)),
                }
            }
        }
        12 | 13 => {
            if let Some(start) = find(text, at, b"-0123456789") {
                let rest = &text[start..];
                let length = rest
                    .iter()
                    .position(|byte| !b"+-.eE0123456789".contains(byte));
                let end = start + length.unwrap_or(rest.len());
                put(text, start..end, random.any(NUMBERS));
            }
        }
        14 => {
            if let Some(colon) = find(text, at, b":") {
                let rest = &text[colon + 1..];
                let length = rest.iter().position(|byte| b",}]".contains(byte));
                let end = colon + 1 + length.unwrap_or(rest.len());
                put(text, colon + 1..end, random.any(LITERALS));
            }
        }
        // A part of it once more.
        _ => {
            let end = (at + random.below(30)).min(text.len());
            let copy = text[at..end].to_vec();
            let to = random.below(text.len() + 1);
            put(text, to..to, &copy);
        }
    }
}

fn find(text: &[u8], from: usize, any: &[u8]) -> Option<usize> {
    let is_one = |byte: &u8| any.contains(byte);
    let after = text[from..].iter().position(is_one).map(|at| from + at);
    after.or_else(|| text[..from].iter().position(is_one))
}
