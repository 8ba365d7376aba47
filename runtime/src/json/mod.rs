//! Reads JSON that is known to be well-formed, which an event is: `serde_json` has checked it
//! before it is an [`Event`](crate::Event). So nothing is checked here again, and what is not
//! wanted is passed over at the speed of a search for the next quote.
//!
//! `serde_json` has the last word: a value that can't be read here is given to it, and its error
//! is the one to tell of. Text that is not well-formed after all costs a wrong answer, never a
//! panic.

mod deserializer;
pub(crate) mod mismatch;
mod pattern;
mod text;

use std::{borrow::Cow, fmt, marker::PhantomData};

use memchr::memchr;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

pub(crate) use self::pattern::{Inside, OfRaw, Patterns, of_raw};

/// A place in some JSON.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'e> {
    text: &'e str,
    at: usize,
    /// How many objects and arrays may still be entered.
    depth: u8,
}

impl<'e> Reader<'e> {
    /// What is nested deeper is left to `serde_json`, which knows when to stop.
    const DEPTH: u8 = 32;

    pub(crate) fn new(json: &'e str) -> Self {
        Self {
            text: json,
            at: 0,
            depth: Self::DEPTH,
        }
    }

    /// Where it is: how far, and in how many objects and arrays.
    pub(crate) fn place(&self) -> (usize, u8) {
        (self.at, self.depth)
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.text.len().saturating_sub(self.at)
    }

    /// The next byte that is no white space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    /// Passes the next byte, if it is this one.
    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Passes a string, whose opening quote is next: what is between the quotes, unless there are
    /// escapes in it.
    #[inline]
    fn string(&mut self) -> Option<&'e str> {
        let start = self.at + 1;
        let Some((end, has_escapes)) = text::end(self.text.as_bytes(), start) else {
            self.at = self.text.len();
            return None;
        };
        self.at = end + 1;
        if has_escapes {
            return None;
        }
        self.text.get(start..end)
    }

    /// Passes a string: its text. `None` for any other value.
    pub(crate) fn text(&mut self) -> Option<Cow<'e, str>> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at;
        match self.string() {
            Some(text) => Some(Cow::Borrowed(text)),
            None => Raw::of(self.since(start)).string(),
        }
    }

    /// Passes a value: its JSON.
    #[inline]
    pub(crate) fn value(&mut self) -> &'e str {
        let first = self.peek();
        let start = self.at;
        match first {
            Some(b'"') => {
                self.string();
            }
            Some(b'{' | b'[') => self.container(),
            _ => self.scalar(),
        }
        self.since(start)
    }

    fn since(&self, start: usize) -> &'e str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn container(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }

    /// A number, `true`, `false` or `null`.
    #[inline]
    fn scalar(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }

    /// Enters an object, if that is next.
    #[inline]
    pub(crate) fn members(&mut self) -> Option<Members<'_, 'e>> {
        self.enter(b'{').then(|| Members(Parts::of(self)))
    }

    /// Enters an array, if that is next.
    #[inline]
    pub(crate) fn elements(&mut self) -> Option<Elements<'_, 'e>> {
        self.enter(b'[').then(|| Elements(Parts::of(self)))
    }

    #[inline]
    fn enter(&mut self, bracket: u8) -> bool {
        self.depth > 0 && self.eat(bracket)
    }

    /// The next value as a `T`, which must be an object, and its text.
    pub(crate) fn read<T: Deserialize<'e>>(&mut self) -> (&'e str, serde_json::Result<T>) {
        self.peek();
        let before = self.clone();
        if let Ok(Object(value)) = Object::deserialize(&mut *self) {
            return (self.since(before.at), Ok(value));
        }
        *self = before;
        let json = self.value();
        (json, serde_json::from_str(json).map(|Object(value)| value))
    }
}

/// What is in an object or an array, one after another.
struct Parts<'r, 'e> {
    reader: &'r mut Reader<'e>,
    is_first: bool,
    is_at_end: bool,
}

impl<'r, 'e> Parts<'r, 'e> {
    #[inline]
    fn of(reader: &'r mut Reader<'e>) -> Self {
        reader.depth -= 1;
        Self {
            reader,
            is_first: true,
            is_at_end: false,
        }
    }

    /// Goes to the next part, if this is not the end.
    #[inline]
    fn advance(&mut self) -> bool {
        if self.is_at_end {
            // What comes next is not in here.
            return false;
        }
        match self.reader.peek() {
            Some(b',') if !self.is_first => self.reader.at += 1,
            Some(b'}' | b']') => {
                self.reader.at += 1;
                self.reader.depth += 1;
                self.is_at_end = true;
                return false;
            }
            Some(_) if self.is_first => {}
            _ => return false,
        }
        self.is_first = false;
        true
    }
}

/// The members of an object. The value of each must be passed before the next.
pub(crate) struct Members<'r, 'e>(Parts<'r, 'e>);

impl<'e> Members<'_, 'e> {
    /// The next key, and where its value is.
    pub(crate) fn next(&mut self) -> Option<(Cow<'e, str>, &mut Reader<'e>)> {
        let key = match self.key()? {
            Key::Plain(key) => Cow::Borrowed(key),
            // Lone surrogates have no text, and are the key of nothing that is looked for.
            Key::Json(json) => serde_json::from_str(json).unwrap_or_default(),
        };
        Some((key, self.0.reader))
    }

    /// Where the value of the key is that came last.
    pub(crate) fn reader(&mut self) -> &mut Reader<'e> {
        self.0.reader
    }

    /// Whether this is the end of the object, and not just a place without another key.
    pub(crate) fn is_at_end(&self) -> bool {
        self.0.is_at_end
    }

    #[inline]
    fn key(&mut self) -> Option<Key<'e>> {
        if !self.0.advance() || self.0.reader.peek() != Some(b'"') {
            return None;
        }
        let reader = &mut *self.0.reader;
        let start = reader.at;
        let key = match reader.string() {
            Some(text) => Key::Plain(text),
            None => Key::Json(reader.since(start)),
        };
        reader.eat(b':');
        Some(key)
    }
}

enum Key<'e> {
    Plain(&'e str),
    /// With escapes in it.
    Json(&'e str),
}

/// The elements of an array. Each must be passed before the next.
pub(crate) struct Elements<'r, 'e>(Parts<'r, 'e>);

impl<'e> Elements<'_, 'e> {
    /// Whether this is the end of the array, and not just a place without another element.
    pub(crate) fn is_at_end(&self) -> bool {
        self.0.is_at_end
    }

    /// Where the next element is.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<&mut Reader<'e>> {
        self.0.advance().then_some(&mut *self.0.reader)
    }
}

/// The text of a value, whatever it is. As `&RawValue`, but not checked once more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'e> {
    text: &'e str,
    /// Whether it is known to have no escapes.
    is_plain: bool,
}

impl<'e> Raw<'e> {
    /// Tells a [`Reader`] what to do.
    const NAME: &'static str = "$stream_handler::Raw";

    pub(crate) fn of(text: &'e str) -> Self {
        Self {
            text,
            is_plain: false,
        }
    }

    /// The value's JSON.
    pub(crate) fn get(self) -> &'e str {
        self.text
    }

    /// A string's text; `None` for any other value.
    #[inline]
    pub(crate) fn string(self) -> Option<Cow<'e, str>> {
        let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
        if self.is_plain {
            return Some(Cow::Borrowed(inner));
        }
        match memchr(b'\\', inner.as_bytes()) {
            None => Some(Cow::Borrowed(inner)),
            Some(_) => text::unescape(inner)
                .or_else(|| serde_json::from_str(self.text).ok())
                .map(Cow::Owned),
        }
    }
}

impl<'de: 'e, 'e> Deserialize<'de> for Raw<'e> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Raw<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Raw<'de>, E> {
                Ok(Raw::of(text))
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Raw<'de>, D::Error> {
                <&RawValue>::deserialize(deserializer).map(|json| Raw::of(json.get()))
            }
        }

        deserializer.deserialize_newtype_struct(Self::NAME, Text)
    }
}

/// Reads a `T` from an object alone: what `serde` derives takes an array too, by position.
#[derive(Debug, Clone)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}
