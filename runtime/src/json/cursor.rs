//! Reads the punctuation of JSON, and leaves everything between to `serde_json`.

use std::borrow::Cow;

use serde::{Deserialize, de::IgnoredAny};

use super::{Object, Raw};

/// A place in a text, which may or may not be JSON.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'e> {
    text: &'e str,
    at: usize,
}

/// Why a text was not read to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Here the text stops being JSON, or has an unexpected kind of value. Reading it again shows
    /// which of the two.
    Here,
    /// The text contains this instead of the expected value.
    Found(String),
}

impl<'e> Cursor<'e> {
    pub(crate) fn new(text: &'e str) -> Self {
        Self { text, at: 0 }
    }

    /// The text.
    pub(super) fn text(&self) -> &'e str {
        self.text
    }

    /// How far the text was read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.text.len() - self.at
    }

    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The next byte that is not white space.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.as_bytes().get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        self.eat(byte).then_some(()).ok_or(Stop::Here)
    }

    /// Passes the next value. Returns its JSON, and the value as a `T`.
    #[inline]
    pub(crate) fn value<T: Deserialize<'e>>(&mut self) -> serde_json::Result<(&'e str, T)> {
        self.peek();
        let rest = &self.text[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        let value = values
            .next()
            .unwrap_or_else(|| serde_json::from_str(rest))?;
        let end = values.byte_offset();
        self.at += end;
        Ok((&rest[..end], value))
    }

    /// Passes the next value.
    #[inline]
    pub(crate) fn pass(&mut self) -> Result<(), Stop> {
        self.raw().map(drop)
    }

    /// Passes the next value and returns its JSON.
    #[inline]
    pub(crate) fn raw(&mut self) -> Result<Raw<'e>, Stop> {
        match self.value::<IgnoredAny>() {
            Ok((json, IgnoredAny)) => Ok(Raw::of(json)),
            Err(_) => Err(Stop::Here),
        }
    }

    /// Passes the next value, which should be an object. Returns its JSON, and a `T` or the error.
    #[inline]
    pub(crate) fn record<T>(&mut self) -> Result<(&'e str, serde_json::Result<T>), Stop>
    where
        T: Deserialize<'e>,
    {
        self.peek();
        let start = self.at;
        match self.value() {
            Ok((json, Object(value))) => Ok((json, Ok(value))),
            Err(error) => {
                // The value may be valid JSON and still not a `T`. The batch then continues after it.
                self.at = start;
                Ok((self.raw()?.get(), Err(error)))
            }
        }
    }

    /// Reads an object: `member` gets each key, and must pass the value. The key is `None` if it has
    /// a lone surrogate, and so is not text.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(Option<Cow<'e, str>>, &mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.expect(b'{')?;
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(Stop::Here);
            }
            let key = self.raw()?.string();
            self.expect(b':')?;
            member(key, self)?;
            if !self.eat(b',') {
                return self.expect(b'}');
            }
        }
    }

    /// Reads an array: `element` must pass each element.
    pub(crate) fn array(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.expect(b'[')?;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if !self.eat(b',') {
                return self.expect(b']');
            }
        }
    }

    /// Checks that nothing follows but white space.
    pub(crate) fn end(&mut self) -> Result<(), Stop> {
        self.peek().map_or(Ok(()), |_| Err(Stop::Here))
    }
}
