//! Strings: where they end, and what they say. Those with escapes mostly have many, as JSON within
//! JSON does, and few bytes between them: too few for a search that is good at long ways.

use memchr::{memchr, memchr2};

/// So many bytes are looked at together.
const WORD: usize = 8;

/// After so many words without anything in them, what comes next is taken to be far.
const QUIET: usize = 4;

/// Where the string ends that `at` is in: its closing quote, and whether there are escapes before.
pub(super) fn end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut has_escapes = false;
    loop {
        let found = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some((found, has_escapes));
        }
        has_escapes = true;
        if found - at >= QUIET * WORD {
            at = found + 2;
            continue;
        }
        match end_nearby(bytes, found) {
            Ok(end) => return Some((end, true)),
            Err(further) => at = further,
        }
    }
}

/// Where a string ends among many escapes, or where to search on.
fn end_nearby(bytes: &[u8], mut at: usize) -> Result<usize, usize> {
    let mut quiet = 0;
    while let (true, Some(word)) = (quiet < QUIET, word(bytes, at)) {
        let mut found = equal(word, b'"') | equal(word, b'\\');
        quiet = if found == 0 { quiet + 1 } else { 0 };
        let mut next = at + WORD;
        while found != 0 {
            let offset = found.trailing_zeros() as usize / 8;
            if bytes[at + offset] == b'"' {
                return Ok(at + offset);
            }
            // What is escaped is neither.
            found &= !(0xFFFF << (8 * offset));
            next = next.max(at + offset + 2);
        }
        at = next;
    }
    if quiet < QUIET {
        // The last few bytes.
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => return Ok(at),
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }
    Err(at)
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
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    let word = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*word))
}

/// The highest bit of each byte that is this one.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    const LOW: u64 = u64::MAX / 255 * 0x7F;
    let zero = word ^ (u64::MAX / 255 * u64::from(byte));
    !(((zero & LOW) + LOW) | zero | LOW)
}
