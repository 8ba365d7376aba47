//! Writes JSON, spelt in as many ways as JSON has.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::random::Random;

/// How the strings of a batch are spelt.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spelling {
    Plain,
    FewEscapes,
    DenseEscapes,
    Unicode,
    Anything,
}

impl Spelling {
    pub(super) fn random(random: &mut Random) -> Self {
        let spellings = [
            Self::Plain,
            Self::Plain,
            Self::FewEscapes,
            Self::FewEscapes,
            Self::DenseEscapes,
            Self::Unicode,
            Self::Anything,
        ];
        *random.pick(&spellings)
    }
}

const PLAIN: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "e",
    "0",
    "1",
    "9",
    " ",
    "-",
    ":",
    ",",
    "{",
    "}",
    "[",
    "]",
    "/",
    "'",
    "abc",
    "\u{7f}",
    "lorem ipsum ",
    "null",
    "aaaaaaaa",
    "0123456789abcdef",
];
const ESCAPES: &[&str] = &[
    r"\n",
    r#"\""#,
    r"\\",
    r"\/",
    r"\t",
    r"\b",
    r"\f",
    r"\r",
    r"\u0041",
    r"\u00e9",
    r"\u0000",
    r"\u001f",
    r"\u20AC",
    r"\ud83d\ude00",
    r"\uD83D\uDE00",
    r#"\\\""#,
    r"\\\\",
    r#"\"\"\""#,
    r"\u0022",
    r"\u005c",
    r"\u005C\u0022",
];
const UNICODE: &[&str] = &[
    "é",
    "ß",
    "€",
    "漢",
    "😀",
    "👩\u{200d}👧",
    "\u{80}",
    "\u{7ff}",
    "\u{800}",
    "\u{ffff}",
    "\u{10ffff}",
    "\u{feff}",
    "\u{2028}",
];
/// No text has these, though JSON may.
const LONE_SURROGATES: &[&str] = &[
    r"\ud83d",
    r"\ude00",
    r"\ude00\ud83d",
    r"\ud83d\u0041",
    r"\ud83dx",
    r"\ud83d\n",
    r"\ud83d\ud83d\ude00",
];

/// What is between the quotes of a string.
pub(super) fn inner_text(random: &mut Random, spelling: Spelling, out: &mut String) {
    let mut parts = match random.below(2000) {
        0 => random.below(20_000),
        1..40 => random.below(300),
        40..200 => 0,
        _ => random.below(12),
    };
    if parts > 2000 {
        // Long strings are mostly of one kind.
        let part = *random.pick(&[PLAIN, PLAIN, ESCAPES, UNICODE]);
        let part = random.pick(part);
        while parts > 0 {
            out.push_str(part);
            parts -= 1;
        }
        return;
    }
    for _ in 0..parts {
        let from = match spelling {
            Spelling::FewEscapes if random.one_in(8) => ESCAPES,
            Spelling::DenseEscapes if !random.one_in(4) => ESCAPES,
            Spelling::Unicode if !random.one_in(3) => UNICODE,
            Spelling::Anything => match random.below(64) {
                0 => LONE_SURROGATES,
                1..20 => ESCAPES,
                20..40 => UNICODE,
                _ => PLAIN,
            },
            _ => PLAIN,
        };
        out.push_str(random.any(from));
    }
}

/// A string, with its quotes.
pub(super) fn string(random: &mut Random, spelling: Spelling, out: &mut String) {
    out.push('"');
    inner_text(random, spelling, out);
    out.push('"');
}

/// A text as a JSON string: in one of 16 cases some of its characters are escaped.
pub(super) fn spelt(random: &mut Random, text: &str, out: &mut String) {
    out.push('"');
    let escape_one_in = match random.below(32) {
        0 => 1,
        1 => 4,
        _ => 0,
    };
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '/' if random.one_in(16) => out.push_str(r"\/"),
            _ if escape_one_in > 0 && random.one_in(escape_one_in) => escape(character, out),
            _ if character < ' ' => escape(character, out),
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// A character as one or two `\u` escapes.
pub(super) fn escape(character: char, out: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

/// Some bytes in base64, as a JSON string.
pub(super) fn base64(random: &mut Random, out: &mut String) {
    let length = match random.below(1000) {
        0 => random.below(60_000),
        1..30 => random.below(3000),
        _ => random.below(40),
    };
    let mut bytes = Vec::with_capacity(length + 8);
    let is_text = random.one_in(2);
    while bytes.len() < length {
        let word = random.next().to_le_bytes();
        bytes.extend(word.map(|byte| if is_text { b' ' + byte % 64 } else { byte }));
    }
    bytes.truncate(length);
    spelt(random, &BASE64_STANDARD.encode(bytes), out);
}

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "1.5",
    "-1.5",
    "0.1",
    "0.0",
    "1e5",
    "1E5",
    "1e+5",
    "1e-5",
    "0e0",
    "-0.0e-0",
    "1.25e-7",
    "1545084650.987",
    "1545084650987",
    "2147483647",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890",
    "1e308",
    "1e309",
    "1e999",
    "1e-999",
    "0.30000000000000004",
];

pub(super) fn number(random: &mut Random, out: &mut String) {
    if random.one_in(2) {
        out.push_str(random.any(NUMBERS));
    } else {
        let digits = random.below(20) + 1;
        let number = random.next() % 10_u64.pow(u32::try_from(digits).unwrap_or(1).min(19));
        out.push_str(&number.to_string());
    }
}

/// White space: mostly none.
pub(super) fn space(random: &mut Random, out: &mut String) {
    if random.one_in(40) {
        out.push_str(random.any(&[" ", "\n", "\t", "\r\n", "  ", "\n    "]));
    }
}

/// A value within others, deeper than most readers go.
pub(super) fn nest(random: &mut Random, out: &mut String) {
    let depth = *random.pick(&[30, 31, 32, 33, 126, 127, 128, 129, 1000, 6000]);
    let (open, close) = *random.pick(&[("[", "]"), (r#"{"a":"#, "}")]);
    out.push_str(&open.repeat(depth));
    out.push_str(random.any(&["null", "1", r#""]}""#, "{}"]));
    out.push_str(&close.repeat(depth));
}

/// Any value, nested up to a depth.
pub(super) fn value(random: &mut Random, spelling: Spelling, depth: usize, out: &mut String) {
    let kinds = if depth == 0 { 6 } else { 8 };
    match random.below(kinds) {
        0 => out.push_str(random.any(&["null", "true", "false"])),
        1 | 2 => number(random, out),
        3..6 => string(random, spelling, out),
        6 => {
            out.push('[');
            let count = random.below(4);
            for index in 0..count {
                if index > 0 {
                    out.push(',');
                }
                space(random, out);
                value(random, spelling, depth - 1, out);
            }
            space(random, out);
            out.push(']');
        }
        _ => {
            out.push('{');
            let count = random.below(4);
            for index in 0..count {
                if index > 0 {
                    out.push(',');
                }
                space(random, out);
                string(random, spelling, out);
                space(random, out);
                out.push(':');
                space(random, out);
                value(random, spelling, depth - 1, out);
            }
            space(random, out);
            out.push('}');
        }
    }
}

/// A value that differs a little from another, of the same kind; `out` is empty.
pub(super) fn nudge(random: &mut Random, json: &str, out: &mut String) {
    match json.as_bytes() {
        [b'"', inner @ .., b'"'] => nudge_string(random, json, inner.len(), out),
        [.., b'0'..=b'9'] => nudge_number(random, json, out),
        // White space, or another order, changes nothing that is read.
        [b'{' | b'[', ..] => {
            out.push_str(&json[..1]);
            out.push_str(random.any(&[" ", "\n", "\t"]));
            out.push_str(&json[1..]);
        }
        _ => out.push_str(random.any(&["null", "true", "false"])),
    }
}

fn nudge_string(random: &mut Random, json: &str, length: usize, out: &mut String) {
    let inner = &json[1..=length];
    let is_plain = inner.is_ascii() && !inner.contains('\\');
    out.push('"');
    match random.below(6) {
        0 => {
            out.push_str(random.any(ESCAPES));
            out.push_str(inner);
        }
        1 => {
            out.push_str(inner);
            out.push_str(random.any(ESCAPES));
        }
        2 => {
            out.push_str(inner);
            out.push_str(random.any(PLAIN));
        }
        3 if is_plain && length > 0 => out.push_str(&inner[..length - 1]),
        // The same text, spelt in another way.
        4 if is_plain && length > 0 => {
            let at = random.below(length);
            out.push_str(&inner[..at]);
            escape(char::from(inner.as_bytes()[at]), out);
            out.push_str(&inner[at + 1..]);
        }
        // As long, and different.
        5 if is_plain && length > 0 => {
            let at = random.below(length);
            out.push_str(&inner[..at]);
            out.push_str(random.any(&["x", "/", "0", " ", "}", ","]));
            out.push_str(&inner[at + 1..]);
        }
        _ => out.push_str(inner),
    }
    out.push('"');
}

fn nudge_number(random: &mut Random, json: &str, out: &mut String) {
    let is_integer = json.bytes().all(|byte| byte.is_ascii_digit());
    match random.below(5) {
        0 if is_integer && json != "0" => {
            out.push_str(json);
            out.push_str(random.any(&["0", "7"]));
        }
        1 if is_integer => {
            out.push_str(json);
            out.push_str(random.any(&[".0", ".5", "e1", "E+0", "e-3", ".25e1"]));
        }
        2 if is_integer => {
            out.push('-');
            out.push_str(json);
        }
        3 if is_integer && json.len() > 1 => out.push_str(&json[..json.len() - 1]),
        _ => out.push_str(json),
    }
}
