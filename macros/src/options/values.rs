//! Parsers for the values of options. They return `None` for an invalid value.

use std::ops::RangeInclusive;

use proc_macro2::TokenStream;
use syn::{LitInt, LitStr, Path};

/// The expected form of a duration, for error messages.
pub(super) const DURATION: &str = "a whole number of `ms`, `s` or `m` in quotes, at most a day";

/// A day, in milliseconds. No Lambda function runs this long.
const LONGEST: u64 = 24 * 60 * 60 * 1000;

pub(super) fn path(value: TokenStream) -> Option<Path> {
    syn::parse::Parser::parse2(Path::parse_mod_style, value).ok()
}

pub(super) fn integer(value: TokenStream, range: RangeInclusive<usize>) -> Option<usize> {
    let integer = syn::parse2::<LitInt>(value).ok()?.base10_parse().ok()?;
    range.contains(&integer).then_some(integer)
}

/// A duration such as `"1500ms"`, `"2s"` or `"1m"`: more than zero, and at most a day.
pub(super) fn milliseconds(value: TokenStream) -> Option<u64> {
    let text = syn::parse2::<LitStr>(value).ok()?.value();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let scale = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        _ => return None,
    };
    let milliseconds = number.parse::<u64>().ok()?.checked_mul(scale)?;
    (1..=LONGEST)
        .contains(&milliseconds)
        .then_some(milliseconds)
}

/// Whether the value is `word` in quotes.
pub(super) fn word(value: TokenStream, word: &str) -> bool {
    syn::parse2::<LitStr>(value).is_ok_and(|text| text.value() == word)
}

/// `Some(false)` for the word `if_false` in quotes, `Some(true)` for `if_true`.
pub(super) fn either(value: TokenStream, if_false: &str, if_true: &str) -> Option<bool> {
    if word(value.clone(), if_true) {
        Some(true)
    } else {
        word(value, if_false).then_some(false)
    }
}
