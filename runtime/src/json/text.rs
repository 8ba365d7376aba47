//! Finds the end of JSON strings and unescapes them, many bytes at a time. JSON within JSON, common
//! in queues, has an escape every few bytes, and `serde_json` is slow at reading escapes.

use memchr::{memchr, memchr2};

/// How many bytes are compared together. The compiler vectorises loops over a chunk.
const CHUNK: usize = 32;
const WORD: usize = 8;

/// How many bytes are searched word by word, before `memchr`, which is faster but slower to start.
const NEAR: usize = 4 * WORD;

/// The position after the closing quote of a string; `start` is the position after its opening
/// quote. `None` if the string is not valid. A lone surrogate is valid here, as in `serde_json`
/// when it ignores a string.
#[inline]
pub(super) fn end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let before = plain(bytes.get(at..)?)?;
        at += before;
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += escape(bytes.get(at + 1..)?)?,
            // A control character.
            _ => return None,
        }
        // If escapes are close together, whole chunks with escapes are passed at once.
        if before < CHUNK && bytes[at - 1] != b'\\' {
            at = pass::<CHUNK>(bytes, at);
            // A backslash at the end begins an escape: `pass` stops at escaped backslashes.
            at -= usize::from(bytes[at - 1] == b'\\');
        }
    }
}

/// How many bytes come before the first quote, backslash or control character. `None` if none is
/// found, or if the string is invalid because of a control character.
#[inline]
fn plain(bytes: &[u8]) -> Option<usize> {
    let mut near = 0;
    while near < NEAR {
        let Some(word) = chunk(bytes, near) else {
            let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
            return Some(near + bytes[near..].iter().position(is_special)?);
        };
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(near + found.trailing_zeros() as usize / 8);
        }
        near += WORD;
    }
    let far = &bytes[near..];
    let before = &far[..memchr2(b'"', b'\\', far)?];
    let control = before
        .iter()
        .fold(0, |found, byte| found | u8::from(*byte < 0x20));
    (control == 0).then_some(near + before.len())
}

/// The highest bit of each byte that is a quote, a backslash or a control character. Only the lowest
/// of these bits is reliable. (Mycroft's algorithm, as `serde_json` uses it.)
#[inline]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let is = |byte: u8| {
        let zero = word ^ (ONES * u64::from(byte));
        zero.wrapping_sub(ONES) & !zero
    };
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (control | is(b'"') | is(b'\\')) & (ONES << 7)
}

/// Passes chunks in which the string doesn't end and is valid. If the byte before `at` is a
/// backslash, it escapes the first byte.
#[inline]
fn pass<const N: usize>(bytes: &[u8], mut at: usize) -> usize {
    while let (Some(chunk), Some(before)) = (chunk::<N>(bytes, at), chunk::<N>(bytes, at - 1)) {
        let stops = chunk.iter().zip(before).fold(0, |stops, (byte, before)| {
            let is = |other| u8::from(*byte == other);
            let is_escaped = u8::from(*before == b'\\');
            // Only the escapes that need no further look, unlike `\\` and `\u`.
            let is_escape = is(b'"') | is(b'n') | is(b'/') | is(b'r') | is(b't');
            stops | u8::from(*byte < 0x20) | (is(b'"') & !is_escaped) | (is_escaped & !is_escape)
        });
        if stops & 1 != 0 {
            break;
        }
        at += N;
    }
    at
}

#[inline]
fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..)?.first_chunk()
}

/// The length of an escape, including its backslash. `rest` is the text after the backslash.
fn escape(rest: &[u8]) -> Option<usize> {
    match rest.first()? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => rest
            .get(1..5)?
            .iter()
            .all(u8::is_ascii_hexdigit)
            .then_some(6),
        _ => None,
    }
}

/// Unescapes the text between the quotes of a valid string, whose first backslash is at `first`.
/// `None` if it has `\u` escapes, which are rare and left to `serde_json`.
pub(super) fn unescape(inner: &str, first: usize) -> Option<String> {
    if first < NEAR {
        return unescape_near(inner.as_bytes());
    }
    // The first escape is far away, so the others probably are too: copy the long parts between them.
    let mut text = String::with_capacity(inner.len());
    let (mut rest, mut before) = (inner, first);
    loop {
        text.push_str(rest.get(..before)?);
        let escape = *rest.as_bytes().get(before + 1)?;
        text.push(char::from(unescaped(escape)?));
        rest = rest.get(before + 2..)?;
        let Some(next) = memchr(b'\\', rest.as_bytes()) else {
            text.push_str(rest);
            return Some(text);
        };
        before = next;
    }
}

/// As [`unescape`], for escapes that are mostly close together.
fn unescape_near(mut rest: &[u8]) -> Option<String> {
    let mut text = Vec::with_capacity(rest.len() + WORD);
    loop {
        let before = copy_plain(rest, &mut text);
        let Some((_, after)) = rest.get(before..)?.split_first() else {
            return String::from_utf8(text).ok();
        };
        text.push(unescaped(*after.first()?)?);
        rest = &after[1..];
    }
}

/// The byte that a backslash and `escape` stand for. `None` for `\u`.
#[inline]
fn unescaped(escape: u8) -> Option<u8> {
    match escape {
        b'"' | b'\\' | b'/' => Some(escape),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'b' => Some(8),
        b'f' => Some(12),
        _ => None,
    }
}

/// Copies the bytes before the next backslash, which is mostly near, and returns how many.
#[inline]
fn copy_plain(bytes: &[u8], text: &mut Vec<u8>) -> usize {
    let mut near = 0;
    while near < NEAR {
        let Some(word) = bytes
            .get(near..)
            .and_then(|rest| rest.first_chunk::<WORD>())
        else {
            break;
        };
        text.extend_from_slice(word);
        let found = backslashes(u64::from_le_bytes(*word));
        if found != 0 {
            let before = found.trailing_zeros() as usize / 8;
            text.truncate(text.len() - WORD + before);
            return near + before;
        }
        near += WORD;
    }
    let far = &bytes[near..];
    let before = memchr(b'\\', far).unwrap_or(far.len());
    text.extend_from_slice(&far[..before]);
    near + before
}

/// The highest bit of each byte that is a backslash.
#[inline]
fn backslashes(word: u64) -> u64 {
    const LOW: u64 = u64::MAX / 255 * 0x7F;
    let zero = word ^ (u64::MAX / 255 * u64::from(b'\\'));
    !(((zero & LOW) + LOW) | zero | LOW)
}
