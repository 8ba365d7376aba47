//! The attribute's options: `#[stream_handler(key = value, …)]`.

mod values;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Path, Signature, Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

use crate::{errors::Errors, paths::CratePath, signature::StateParameter};

/// The name of each option, with an example for error messages.
const ACCEPTED: &[(&str, &str)] = &[
    ("concurrency", "concurrency = 16"),
    ("record_timeout", "record_timeout = \"2s\""),
    ("deadline_margin", "deadline_margin = \"500ms\""),
    ("dead_letter", "dead_letter = path::to::function"),
    ("undecodable", "undecodable = \"permanent\""),
    ("on_full_failure", "on_full_failure = \"error\""),
    ("observer", "observer = path::to::STATIC"),
    ("window", "window = path::to::function"),
    ("crate", "crate = ::stream_handler"),
];

/// The options of one attribute. `None` leaves the default to the `stream-handler` crate.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) runtime: CratePath,
    pub(crate) concurrency: Option<Set<usize>>,
    /// In milliseconds.
    pub(crate) record_timeout: Option<Set<u64>>,
    pub(crate) deadline_margin: Option<Margin>,
    pub(crate) dead_letter: Option<Path>,
    pub(crate) undecodable_is_permanent: Option<Set<bool>>,
    pub(crate) fail_if_none_processed: bool,
    pub(crate) observer: Option<Path>,
    pub(crate) window: Option<Path>,
    /// The key of the option `window`, even if its value is invalid.
    window_key: Option<Ident>,
}

/// The value of an option, and its key, which error messages underline.
pub(crate) struct Set<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// How long before the Lambda timeout to stop.
pub(crate) enum Margin {
    Off,
    Milliseconds(u64),
}

impl Options {
    /// Parses the options. An invalid option keeps its default, so that the generated code still
    /// type-checks and editors can work with it.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let mut seen = Vec::new();
        for option in split_at_commas(tokens) {
            match Pair::parse(&option) {
                Ok(pair) => options.set(pair, &mut seen, errors),
                Err(message) => errors.at(&option, message),
            }
        }
        options.check_combinations(errors);
        options
    }

    fn set(&mut self, pair: Pair, seen: &mut Vec<&'static str>, errors: &mut Errors) {
        let key = pair.key;
        let Some(&(name, usage)) = ACCEPTED.iter().find(|(name, _)| key == name) else {
            errors.at(&key, unknown(&key.to_string()));
            return;
        };
        if seen.contains(&name) {
            errors.at(&key, format_args!("`{name}` is set twice: remove one"));
            return;
        }
        seen.push(name);
        if name == "window" {
            self.window_key = Some(key.clone());
        }
        let value = match pair.value {
            Value::Given(value) if !value.is_empty() => value,
            Value::Given(_) | Value::Missing => {
                errors.at(
                    &key,
                    format_args!("`{name}` needs a value: write `{usage}`"),
                );
                return;
            }
            Value::Malformed(tokens) => {
                errors.at(tokens, format_args!("expected `{usage}`"));
                return;
            }
        };
        if let Err(expected) = self.assign(name, key, value.clone()) {
            errors.at(value, format_args!("expected {expected}, as in `{usage}`"));
        }
    }

    /// Sets one option. The error says which form its value should have.
    fn assign(&mut self, name: &str, key: Ident, value: TokenStream) -> Result<(), &'static str> {
        match name {
            "concurrency" => {
                let value =
                    values::integer(value, 1..=10_000).ok_or("a whole number from 1 to 10000")?;
                self.concurrency = Some(Set { key, value });
            }
            "record_timeout" => {
                let value = values::milliseconds(value).ok_or(values::DURATION)?;
                self.record_timeout = Some(Set { key, value });
            }
            "deadline_margin" => {
                self.deadline_margin = Some(if values::word(value.clone(), "off") {
                    Margin::Off
                } else {
                    let margin = values::milliseconds(value).ok_or(
                        "`\"off\"`, or a whole number of `ms`, `s` or `m` in quotes, at most a day",
                    )?;
                    Margin::Milliseconds(margin)
                });
            }
            "dead_letter" => {
                let path = values::path(value).ok_or("the path of an async function")?;
                self.dead_letter = Some(path);
            }
            "undecodable" => {
                let value = values::either(value, "transient", "permanent")
                    .ok_or("`\"transient\"` (the default) or `\"permanent\"`")?;
                self.undecodable_is_permanent = Some(Set { key, value });
            }
            "on_full_failure" => {
                self.fail_if_none_processed = values::either(value, "report", "error")
                    .ok_or("`\"report\"` (the default) or `\"error\"`")?;
            }
            "observer" => {
                let path = values::path(value).ok_or("the path of a static or constant")?;
                self.observer = Some(path);
            }
            "window" => {
                let path = values::path(value).ok_or("the path of an async function")?;
                self.window = Some(path);
            }
            _ => {
                let path = values::path(value).ok_or("the path of the stream-handler crate")?;
                self.runtime = CratePath::Renamed(path);
            }
        }
        Ok(())
    }

    /// Checks options that need or exclude each other.
    fn check_combinations(&self, errors: &mut Errors) {
        if let (Some(Set { key, value: true }), None) =
            (&self.undecodable_is_permanent, &self.dead_letter)
        {
            errors.at(
                key,
                "`undecodable = \"permanent\"` needs `dead_letter = path::to::function`: without it \
                 permanent failures are retried like all others",
            );
        }
        if let (Some(Set { key, value: 2.. }), Some(_)) = (&self.concurrency, &self.window_key) {
            errors.at(
                key,
                "`concurrency` can't be used with `window`, because each record needs the state \
                 after the record before it: remove one option",
            );
        }
    }

    /// Checks that the option `window` and a parameter marked `#[state]` are used together.
    pub(crate) fn check_state(&self, signature: &Signature, errors: &mut Errors) {
        match (&self.window_key, StateParameter::of(signature)) {
            (None, StateParameter::Marked(attribute)) => errors.at(
                attribute,
                "`#[state]` needs `window = path::to::function`, the function that gets the state \
                 at the end of each tumbling window",
            ),
            (Some(key), StateParameter::Missing) => errors.at(
                key,
                "`window` needs a parameter for the state: add one after the record, as in \
                 `#[state] totals: &mut Totals`",
            ),
            // An unmarked `&mut` parameter has its own error, which mentions `#[state]`.
            _ => {}
        }
    }

    /// Rejects options that have no effect on a plain function. It runs to its end without yielding, so
    /// calls to it can't overlap or be cancelled.
    pub(crate) fn check_plain_fn(&self, errors: &mut Errors) {
        if let Some(Set { key, value: 2.. }) = &self.concurrency {
            errors.at(
                key,
                "`concurrency` needs an `async fn`: calls to a plain function can't overlap",
            );
        }
        if let Some(Set { key, .. }) = &self.record_timeout {
            errors.at(
                key,
                "`record_timeout` needs an `async fn`: a plain function can't be cancelled",
            );
        }
    }
}

/// One `key = value` of the attribute.
struct Pair {
    key: Ident,
    value: Value,
}

enum Value {
    /// The tokens after `=`.
    Given(TokenStream),
    /// Only the key was written.
    Missing,
    /// The tokens after the key, which don't begin with `=`.
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

/// Splits the attribute's tokens at commas. A comma without an option before it becomes a separate
/// element, so that it can be reported.
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
            return "expected an option before this comma: remove the comma".to_owned();
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

/// A hint for users who expect an option for the event source, as other libraries have.
const SOURCE_HINT: &str = " The type of the first parameter selects the event source.";

fn accepted() -> String {
    let names: Vec<_> = ACCEPTED
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    format!("`#[stream_handler]` accepts {}.", names.join(", "))
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

/// The option that `key` probably misspells.
fn similar(key: &str) -> Option<&'static str> {
    let names = ACCEPTED
        .iter()
        .map(|&(name, _)| (distance(key, name), name));
    let (distance, name) = names.min()?;
    (distance <= name.len().div_ceil(3)).then_some(name)
}

/// The Levenshtein distance: the number of bytes to insert, delete or replace to turn `a` into `b`.
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
