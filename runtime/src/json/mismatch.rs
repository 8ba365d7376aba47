//! Says why a value can't be decoded into a type, without showing the value.
//!
//! `serde`'s messages quote values (`invalid type: string "4111 1111 …", expected u64`), and the log
//! of a failed record must not contain its data. A [`Mismatch`] says where the value is, what the
//! type expects and which kind of value was found. It keeps `serde`'s message separately.

mod access;
mod again;

use std::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected, value::Error as Plain};

pub(crate) use self::{
    access::{Value, visit_elements, visit_members, visit_text, visit_variant},
    again::{explain, explain_record},
};
use crate::DecodeError;

/// The error if a value can't be decoded into a type.
#[derive(Debug)]
pub(crate) struct Mismatch(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// The steps to the value, innermost first.
    path: Vec<Segment>,
    problem: Problem,
    /// The kind of value at the path.
    found: Option<Kind>,
    /// `serde`'s message, which may quote the value.
    plain: Plain,
}

#[derive(Debug)]
enum Problem {
    Type {
        expected: String,
    },
    Value {
        expected: String,
    },
    /// A custom error of the type: its text may contain data.
    Refused,
    /// A message without data.
    Other(String),
}

/// A step of the path to a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Segment {
    /// A field of the type.
    Field(&'static str),
    Index(usize),
    /// A key that is data.
    Key,
}

impl Segment {
    /// The step to a key of an object, given the names that the type itself knows.
    fn named(key: &str, names: &[&'static str]) -> Self {
        let name = names.iter().find(|name| **name == key);
        name.map_or(Self::Key, |name| Self::Field(name))
    }
}

/// A kind of value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// The kind's name, with its article.
    pub(crate) name: &'static str,
    /// Which types accept it; may be empty.
    pub(crate) advice: &'static str,
}

impl Mismatch {
    fn new(problem: Problem, plain: Plain) -> Self {
        Self(Box::new(Inner {
            path: Vec::new(),
            problem,
            found: None,
            plain,
        }))
    }

    /// Sets what was found, unless it is already known, or the mismatch is in a part of the value.
    pub(crate) fn found(mut self, kind: Kind) -> Self {
        if self.0.path.is_empty() && self.0.found.is_none() {
            self.0.found = Some(kind);
        }
        self
    }

    /// The mismatch is in a part of a value.
    pub(crate) fn within(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// The error that says what could not be decoded, where in it, and why.
    pub(crate) fn into_error(self, what: &str) -> DecodeError {
        let (what, why) = (format!("{what}{}", self.at()), self.to_string());
        DecodeError::new(what).because(why).redacting(self.0.plain)
    }

    /// The path as ``, at `lines[1].price` ``; empty if there is no path.
    fn at(&self) -> String {
        let mut path = String::new();
        for segment in self.0.path.iter().rev() {
            let dot = if path.is_empty() { "" } else { "." };
            let step = match segment {
                Segment::Field(name) => format!("{dot}{name}"),
                Segment::Index(index) => format!("[{index}]"),
                Segment::Key => format!("{dot}<key>"),
            };
            path.push_str(&step);
        }
        if path.is_empty() {
            return path;
        }
        format!(", at `{path}`")
    }
}

/// The message contains neither data nor the path.
impl Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Kind { name, advice } = self.0.found.unwrap_or(Kind {
            name: "a value",
            advice: "",
        });
        match &self.0.problem {
            Problem::Type { expected } => write!(f, "expected {expected}, found {name}")?,
            Problem::Value { expected } => {
                write!(
                    f,
                    "expected {expected}, found {name} whose value is not valid"
                )?;
            }
            Problem::Refused => return write!(f, "the type's own code does not accept {name}"),
            Problem::Other(text) => return f.write_str(text),
        }
        if advice.is_empty() {
            return Ok(());
        }
        write!(f, "; in the struct write {advice}")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: Display>(message: T) -> Self {
        let plain = Plain::custom(message);
        let text = plain.to_string();
        // A message of `serde`'s own, which contains only the type's name.
        let problem = if text.starts_with("data did not match any variant of untagged enum ") {
            Problem::Other(text)
        } else {
            Problem::Refused
        };
        Self::new(problem, plain)
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let problem = Problem::Type {
            expected: expected.to_string(),
        };
        Self::new(problem, Plain::invalid_type(unexpected, expected))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let problem = Problem::Value {
            expected: expected.to_string(),
        };
        Self::new(problem, Plain::invalid_value(unexpected, expected))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let problem = format!("expected {expected}, found a length of {length}");
        let plain = Plain::invalid_length(length, expected);
        Self::new(Problem::Other(problem), plain)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let problem = format!("the value is not a variant of the type: {}", list(expected));
        let plain = Plain::unknown_variant(variant, expected);
        Self::new(Problem::Other(problem), plain)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let problem = format!("a key is not a field of the type: {}", list(expected));
        Self::new(
            Problem::Other(problem),
            Plain::unknown_field(field, expected),
        )
    }

    fn missing_field(field: &'static str) -> Self {
        let plain = Plain::missing_field(field);
        Self::new(Problem::Other(plain.to_string()), plain)
    }

    fn duplicate_field(field: &'static str) -> Self {
        let plain = Plain::duplicate_field(field);
        Self::new(Problem::Other(plain.to_string()), plain)
    }
}

/// Lists the names of a type's fields or variants, for a message.
fn list(names: &[&str]) -> String {
    if names.is_empty() {
        return "it has none".to_owned();
    }
    format!("it has `{}`", names.join("`, `"))
}
