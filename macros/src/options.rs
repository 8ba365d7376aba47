//! The attribute's options: `#[stream_handler(key = value, …)]`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

use crate::{errors::Errors, paths::Runtime};

/// Every option: its name, and what to write for it.
const ACCEPTED: &[(&str, &str)] = &[("crate", "crate = ::stream_handler")];

/// The options, each with its default where the user wrote none.
pub(crate) struct Options {
    pub(crate) runtime: Runtime,
}

impl Options {
    /// Reads the options. A mistake leaves that option at its default: what is expanded then still
    /// type-checks, so an editor goes on helping.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self {
            runtime: Runtime::Default,
        };
        let mut seen = Vec::new();
        for option in split_at_commas(tokens) {
            match Pair::parse(&option) {
                Ok(pair) => options.set(&pair, &mut seen, errors),
                Err(message) => errors.at(&option, message),
            }
        }
        options
    }

    fn set(&mut self, pair: &Pair, seen: &mut Vec<&'static str>, errors: &mut Errors) {
        let key = &pair.key;
        let Some(&(name, usage)) = ACCEPTED.iter().find(|(name, _)| key == name) else {
            errors.at(key, unknown(&key.to_string()));
            return;
        };
        if seen.contains(&name) {
            errors.at(key, format_args!("`{name}` is set twice: remove one"));
            return;
        }
        seen.push(name);
        let value = match &pair.value {
            Value::Given(value) if !value.is_empty() => value.clone(),
            Value::Given(_) | Value::Missing => {
                errors.at(key, format_args!("`{name}` needs a value: write `{usage}`"));
                return;
            }
            Value::Malformed(tokens) => {
                errors.at(tokens, format_args!("expected `{usage}`"));
                return;
            }
        };
        match syn::Path::parse_mod_style.parse2(value.clone()) {
            Ok(path) => self.runtime = Runtime::Renamed(path),
            Err(_) => errors.at(
                value,
                format_args!("expected the path of the stream-handler crate, as in `{usage}`"),
            ),
        }
    }
}

/// One `key = value` as it was written.
struct Pair {
    key: Ident,
    value: Value,
}

enum Value {
    /// What follows `=`.
    Given(TokenStream),
    /// The key stands alone.
    Missing,
    /// What follows the key in place of `=`.
    Malformed(TokenStream),
}

impl Pair {
    fn parse(option: &TokenStream) -> Result<Self, String> {
        let parser = |input: ParseStream<'_>| {
            let key = input.call(Ident::parse_any)?;
            let value = if input.is_empty() {
                Value::Missing
            } else if input.peek(Token![=]) && !input.peek(Token![==]) {
                input.parse::<Token![=]>()?;
                Value::Given(input.parse()?)
            } else {
                Value::Malformed(input.parse()?)
            };
            Ok(Self { key, value })
        };
        parser
            .parse2(option.clone())
            .map_err(|_| not_an_option(option))
    }
}

/// The tokens between commas; nothing after a trailing one, and any other that ends nothing by
/// itself.
fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut options = Vec::new();
    let mut option = TokenStream::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' && !option.is_empty() => {
                options.push(std::mem::take(&mut option));
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => options.push(token.into()),
            _ => option.extend([token]),
        }
    }
    if !option.is_empty() {
        options.push(option);
    }
    options
}

fn not_an_option(option: &TokenStream) -> String {
    let hint = match option.clone().into_iter().next() {
        Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => {
            return "expected an option before this comma: remove it".to_owned();
        }
        Some(TokenTree::Literal(_) | TokenTree::Group(_)) => SOURCE_HINT,
        _ => "",
    };
    format!("expected an option, `key = value`.{hint} {}", accepted())
}

fn unknown(key: &str) -> String {
    let hint = match similar(key) {
        Some(name) => format!(" Did you mean `{name}`?"),
        None if is_source(key) => SOURCE_HINT.to_owned(),
        None => String::new(),
    };
    format!("unknown option `{key}`.{hint} {}", accepted())
}

/// Other libraries name the event source in an option.
const SOURCE_HINT: &str = " The event source is told by the type of the first parameter.";

fn accepted() -> String {
    let usages: Vec<_> = ACCEPTED
        .iter()
        .map(|(_, usage)| format!("`{usage}`"))
        .collect();
    format!("`#[stream_handler]` accepts {}.", usages.join(", "))
}

fn is_source(key: &str) -> bool {
    [
        "kinesis",
        "dynamodb",
        "sqs",
        "kafka",
        "source",
        "event_source",
    ]
    .contains(&key)
}

/// The option that differs from `key` by little enough to be meant.
fn similar(key: &str) -> Option<&'static str> {
    let names = ACCEPTED
        .iter()
        .map(|&(name, _)| (distance(key, name), name));
    let (distance, name) = names.min()?;
    (distance <= name.len().div_ceil(3)).then_some(name)
}

/// How many characters to insert, delete or replace to make `a` of `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
