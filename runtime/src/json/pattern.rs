//! The records of an event are alike: the same fields in the same order, many with the same value.
//! What one is like is learned from those before it, so that of the next only what differs is
//! looked at; everything between is compared, many bytes at a time.
//!
//! That is sound because both texts are well-formed JSON: where they are equal up to a value, they
//! mean the same, and after any one value they go on from the same state.

use std::ops::Range;

use serde::Deserialize;

use super::{Raw, Reader};

/// A type all of whose content is [`Raw`]: values as they are written. It is the same for two
/// objects that differ in these values alone.
pub(crate) trait OfRaw<'e>: Deserialize<'e> + Clone {
    /// Calls `each` with every value that is there.
    fn each_raw(&mut self, each: &mut impl FnMut(&mut Raw<'e>));
}

/// Reads objects, one after another, that may be alike.
pub(crate) struct Patterns<'e, T> {
    /// What objects were like so far: those with and without some field, say.
    known: Vec<Pattern<'e, T>>,
    /// Values found in the object that is being read.
    found: Vec<Raw<'e>>,
}

struct Pattern<'e, T> {
    /// What was read of the object that this was learned from.
    value: T,
    /// That object's text.
    text: &'e str,
    /// Its values, in the order of the text.
    leaves: Vec<Leaf>,
    /// The values that are not always the same, each after the text before it.
    slots: Vec<(&'e str, Kind)>,
    /// The text after the last of them.
    end: &'e str,
    /// The leaf that each [`Raw`] in `value` is.
    fields: Vec<usize>,
    /// The slot that each [`Raw`] in `value` is; `None` for what is always the same.
    fields_in_slots: Vec<Option<usize>>,
}

/// A value, as far as it is looked into: an object only if something in it is wanted.
struct Leaf {
    span: Range<usize>,
    kind: Kind,
    is_same: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    String,
    Number,
    Container,
    /// `true`, `false` or `null`: another of these makes another pattern.
    Word,
}

impl Kind {
    fn of(first: u8) -> Self {
        match first {
            b'"' => Self::String,
            b'{' | b'[' => Self::Container,
            b't' | b'f' | b'n' => Self::Word,
            _ => Self::Number,
        }
    }
}

impl<'e, T: OfRaw<'e>> Patterns<'e, T> {
    /// More than this are not worth the search.
    const MOST: usize = 4;

    pub(crate) fn new() -> Self {
        Self {
            known: Vec::new(),
            found: Vec::new(),
        }
    }

    /// As [`Reader::read`].
    pub(crate) fn read(&mut self, reader: &mut Reader<'e>) -> (&'e str, serde_json::Result<T>) {
        reader.peek();
        let start = reader.at;
        for index in 0..self.known.len() {
            if let Some(value) = self.known[index].read(reader, &mut self.found) {
                // The next is most likely like this one.
                self.known.swap(0, index);
                return (reader.since(start), Ok(value));
            }
        }
        let (text, value) = reader.read();
        if let Ok(value) = &value {
            self.learn(text, value);
        }
        (text, value)
    }

    fn learn(&mut self, text: &'e str, value: &T) {
        let Some(new) = Pattern::of(text, value.clone()) else {
            return;
        };
        let known = self.known.iter().position(|known| known.is_like(&new));
        match known {
            Some(index) => self.known[index].widen(new),
            None if self.known.len() < Self::MOST => self.known.push(new),
            None => {}
        }
    }
}

impl<'e, T: OfRaw<'e>> Pattern<'e, T> {
    /// The pattern of one object. As far as is known, all its values are always the same.
    fn of(text: &'e str, mut value: T) -> Option<Self> {
        let mut wanted = Vec::new();
        value.each_raw(&mut |raw| {
            raw.is_plain = !raw.get().contains('\\');
            wanted.push(place(text, raw.get()));
        });
        let wanted: Vec<_> = wanted.into_iter().collect::<Option<_>>()?;
        let mut leaves = Vec::new();
        find_leaves(text, &mut Reader::new(text), &wanted, &mut leaves)?;
        let leaf = |wanted: &Range<usize>| leaves.iter().position(|leaf| leaf.span == *wanted);
        let fields = wanted.iter().map(leaf).collect::<Option<_>>()?;
        let mut pattern = Self {
            value,
            text,
            leaves,
            slots: Vec::new(),
            end: "",
            fields,
            fields_in_slots: Vec::new(),
        };
        pattern.find_slots();
        Some(pattern)
    }

    fn find_slots(&mut self) {
        let mut slot_of = Vec::with_capacity(self.leaves.len());
        let mut at = 0;
        self.slots.clear();
        for leaf in &self.leaves {
            slot_of.push((!leaf.is_same).then_some(self.slots.len()));
            if !leaf.is_same {
                // A string's opening quote is always there.
                let value = leaf.span.start + usize::from(leaf.kind == Kind::String);
                let before = self.text.get(at..value).unwrap_or_default();
                self.slots.push((before, leaf.kind));
                at = leaf.span.end;
            }
        }
        self.end = self.text.get(at..).unwrap_or_default();
        self.fields_in_slots = self.fields.iter().map(|leaf| slot_of[*leaf]).collect();
    }

    /// Whether two objects differ in their values alone, words apart.
    fn is_like(&self, other: &Self) -> bool {
        self.leaves.len() == other.leaves.len()
            && self
                .leaves
                .iter()
                .zip(&other.leaves)
                .all(|(one, other)| one.kind == other.kind)
            && self.between().eq(other.between())
            && self.words().eq(other.words())
    }

    /// The text around the values.
    fn between(&self) -> impl Iterator<Item = Option<&'e str>> {
        let starts = [0]
            .into_iter()
            .chain(self.leaves.iter().map(|leaf| leaf.span.end));
        let ends = self
            .leaves
            .iter()
            .map(|leaf| leaf.span.start)
            .chain([self.text.len()]);
        starts
            .zip(ends)
            .map(|(start, end)| self.text.get(start..end))
    }

    fn words(&self) -> impl Iterator<Item = Option<&'e str>> {
        let words = self.leaves.iter().filter(|leaf| leaf.kind == Kind::Word);
        words.map(|leaf| self.text.get(leaf.span.clone()))
    }

    /// Takes in another object, which is like this one.
    fn widen(&mut self, mut new: Self) {
        for (known, new_leaf) in self.leaves.iter().zip(&mut new.leaves) {
            let (one, other) = (known.span.clone(), new_leaf.span.clone());
            new_leaf.is_same = known.is_same && self.text.get(one) == new.text.get(other);
        }
        new.find_slots();
        *self = new;
    }

    /// Reads the next object, if it is like those before it. `found` is scratch space.
    fn read(&self, reader: &mut Reader<'e>, found: &mut Vec<Raw<'e>>) -> Option<T> {
        let mut ahead = reader.clone();
        found.clear();
        for (before, kind) in &self.slots {
            ahead.eat_text(before)?;
            found.push(ahead.value_of(*kind)?);
        }
        ahead.eat_text(self.end)?;
        *reader = ahead;

        let mut value = self.value.clone();
        let mut slots = self.fields_in_slots.iter();
        value.each_raw(&mut |raw| {
            if let Some(Some(slot)) = slots.next() {
                *raw = found[*slot];
            }
        });
        Some(value)
    }
}

impl<'e> Reader<'e> {
    /// Passes this text, if it is next.
    #[inline]
    fn eat_text(&mut self, text: &str) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        self.at += text.len();
        rest.starts_with(text.as_bytes()).then_some(())
    }

    /// Passes a value of this kind, if one is next: a string from behind its opening quote.
    #[inline]
    fn value_of(&mut self, kind: Kind) -> Option<Raw<'e>> {
        if kind == Kind::String {
            self.at -= 1;
            let start = self.at;
            let is_plain = self.string().is_some();
            return Some(Raw {
                text: self.since(start),
                is_plain,
            });
        }
        let first = *self.text.as_bytes().get(self.at)?;
        let is_digit = first == b'-' || first.is_ascii_digit();
        let fits = match kind {
            Kind::Container => matches!(first, b'{' | b'['),
            Kind::Number => is_digit,
            Kind::String | Kind::Word => false,
        };
        fits.then(|| Raw::of(self.value()))
    }
}

/// Where in a text a part of it is.
fn place(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= text.len()).then_some(start..end)
}

/// The values in the object that is next.
fn find_leaves(
    text: &str,
    reader: &mut Reader<'_>,
    wanted: &[Range<usize>],
    leaves: &mut Vec<Leaf>,
) -> Option<()> {
    let mut members = reader.members()?;
    while let Some((_, value)) = members.next() {
        let first = value.peek()?;
        let span = place(text, value.clone().value())?;
        let is_around = |wanted: &Range<usize>| span.start < wanted.start && wanted.end < span.end;
        if first == b'{' && wanted.iter().any(is_around) {
            find_leaves(text, value, wanted, leaves)?;
        } else {
            value.value();
            leaves.push(Leaf {
                span,
                kind: Kind::of(first),
                is_same: true,
            });
        }
    }
    Some(())
}
