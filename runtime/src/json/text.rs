//! Strings: where they end, and what they say. Those with escapes mostly have many, as JSON within
//! JSON does, and few bytes between them: too few for a search that is good at long ways.

use memchr::{memchr, memchr2};

/// So many bytes are compared together, by instructions that the compiler finds.
const CHUNK: usize = 16;
const LARGE_CHUNK: usize = 64;

/// So many bytes are looked at together.
const WORD: usize = 8;

/// After so many words without anything in them, what comes next is taken to be far.
const QUIET: usize = 4;

/// Where the string ends that `start` is in: its closing quote, and whether there are escapes before.
pub(super) fn end(bytes: &[u8], start: usize) -> Option<(usize, bool)> {
    let found = start + memchr2(b'"', b'\\', bytes.get(start..)?)?;
    if bytes[found] == b'"' {
        return Some((found, false));
    }
    end_among_escapes(bytes, found).map(|end| (end, true))
}

/// Where a string ends. No backslash is before `at`.
fn end_among_escapes(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = pass_chunks::<LARGE_CHUNK>(bytes, at);
        at = pass_chunks::<CHUNK>(bytes, at);
        // Before a chunk there may be a backslash, but none that is itself escaped.
        at += usize::from(bytes.get(at - 1) == Some(&b'\\'));
        let chunk_end = at + CHUNK;
        loop {
            match bytes.get(at)? {
                b'"' => return Some(at),
                b'\\' => at += 2,
                _ => {
                    at += 1;
                    if at >= chunk_end {
                        break;
                    }
                }
            }
        }
    }
}

/// Passes chunks in which no string ends.
#[inline]
fn pass_chunks<const N: usize>(bytes: &[u8], mut at: usize) -> usize {
    while let (Some(chunk), Some(before)) = (chunk::<N>(bytes, at), chunk::<N>(bytes, at - 1)) {
        if may_end(chunk, before) {
            break;
        }
        at += N;
    }
    at
}

/// Whether a string may end in these bytes, given those one before each: at a quote with no
/// backslash before it, or anywhere if backslashes follow each other, as these must be counted.
#[inline]
fn may_end<const N: usize>(chunk: &[u8; N], before: &[u8; N]) -> bool {
    let pairs = chunk.iter().zip(before);
    pairs.fold(0, |found, (byte, before)| {
        let is_quote = u8::from(*byte == b'"');
        let is_backslash = u8::from(*byte == b'\\');
        let is_escaped = u8::from(*before == b'\\');
        found | (is_quote & !is_escaped) | (is_backslash & is_escaped)
    }) != 0
}

/// The text of a string with escapes, in one piece of memory. `None` for escapes that are rare in
/// texts, and an art: those of UTF-16.
pub(super) fn unescape(inner: &str) -> Option<String> {
    let bytes = inner.as_bytes();
    let mut text = Vec::with_capacity(bytes.len() + WORD);
    let mut at = 0;
    let mut quiet = 0;
    while at < bytes.len() {
        let before = if quiet == QUIET {
            let rest = &bytes[at..];
            let before = memchr(b'\\', rest).unwrap_or(rest.len());
            if before < QUIET * WORD {
                quiet = 0;
            }
            text.extend_from_slice(&rest[..before]);
            before
        } else if let Some(word) = word(bytes, at) {
            let found = equal(word, b'\\');
            text.extend_from_slice(&word.to_le_bytes());
            if found == 0 {
                quiet += 1;
                at += WORD;
                continue;
            }
            quiet = 0;
            let before = found.trailing_zeros() as usize / 8;
            text.truncate(text.len() - WORD + before);
            before
        } else if bytes[at] == b'\\' {
            0
        } else {
            text.push(bytes[at]);
            at += 1;
            continue;
        };
        at += before;
        if at < bytes.len() {
            text.push(match bytes.get(at + 1)? {
                byte @ (b'"' | b'\\' | b'/') => *byte,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'f' => 12,
                _ => return None,
            });
            at += 2;
        }
    }
    String::from_utf8(text).ok()
}

#[inline]
fn chunk<const N: usize>(bytes: &[u8], at: usize) -> Option<&[u8; N]> {
    bytes.get(at..)?.first_chunk()
}

#[inline]
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    chunk(bytes, at).copied().map(u64::from_le_bytes)
}

/// The highest bit of each byte that is this one.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    const LOW: u64 = u64::MAX / 255 * 0x7F;
    let zero = word ^ (u64::MAX / 255 * u64::from(byte));
    !(((zero & LOW) + LOW) | zero | LOW)
}
