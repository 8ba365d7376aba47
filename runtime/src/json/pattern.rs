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
    /// Calls `each` with every value that is there. Whether there is one in the object within, if
    /// the type has one, or in this object: it can't be told from the text where another object is.
    fn each_raw(&mut self, each: &mut impl FnMut(&mut Raw<'e>, Inside)) -> bool;
}

/// Makes an envelope [`OfRaw`] from its fields: values, values that are objects of mostly the same
/// fields, and an [`Object`](super::Object) that is `OfRaw` itself.
macro_rules! of_raw {
    ($type:ident: $($field:ident),* $(; alike $alike:ident)? $(; within $object:ident)?) => {
        impl<'e> $crate::json::OfRaw<'e> for $type<'e> {
            #[inline]
            fn each_raw(
                &mut self,
                each: &mut impl FnMut(&mut $crate::json::Raw<'e>, $crate::json::Inside),
            ) -> bool {
                let mut is_there = false;
                $(
                    if let Some(raw) = &mut self.$field {
                        each(raw, $crate::json::Inside::Differs);
                        is_there = true;
                    }
                )*
                $(
                    if let Some(raw) = &mut self.$alike {
                        each(raw, $crate::json::Inside::IsAlike);
                        is_there = true;
                    }
                )?
                $(
                    if let Some($crate::json::Object(object)) = &mut self.$object {
                        is_there = object.each_raw(each);
                    }
                )?
                is_there
            }
        }
    };
}

pub(crate) use of_raw;

/// How alike the insides of objects are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    /// It is no object, or each has other fields.
    Differs,
    /// Mostly the same fields.
    IsAlike,
}

/// Reads objects, one after another, that may be alike.
pub(crate) struct Patterns<'e, T> {
    /// What objects were like so far: those with and without some field, say.
    known: Vec<Pattern<'e, T>>,
    found: Found,
}

struct Pattern<'e, T> {
    /// What was read of the object that this was learned from.
    value: T,
    /// That object's text.
    text: &'e str,
    /// Its values, in the order of the text.
    leaves: Vec<Leaf>,
    /// Where each [`Raw`] in `value` is in the text.
    spans: Vec<Range<usize>>,
    /// The values that are not always the same, each after the text before it.
    slots: Vec<(&'e str, Kind)>,
    /// The text after the last of them.
    end: &'e str,
    /// Where each [`Raw`] in `value` is, whatever is in the slots.
    fields: Vec<Field>,
}

/// A value, as far as it is looked into.
struct Leaf {
    span: Range<usize>,
    kind: Kind,
    is_same: bool,
}

/// Where a value begins and ends.
struct Field {
    start: Mark,
    end: Mark,
    /// The slot it is in, alone.
    slot: Option<usize>,
}

/// A place in the text before a slot, or in that after the last.
struct Mark {
    slot: usize,
    offset: usize,
}

/// What was found in an object.
#[derive(Default)]
struct Found {
    /// Where the text before each slot begins, and that after the last.
    starts: Vec<usize>,
    /// Whether a slot has a string without escapes.
    plain: Vec<bool>,
}

impl Found {
    fn place(&self, mark: &Mark) -> usize {
        self.starts[mark.slot] + mark.offset
    }
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
            found: Found::default(),
        }
    }

    /// As [`Reader::read`].
    #[inline]
    pub(crate) fn read(&mut self, reader: &mut Reader<'e>) -> (&'e str, serde_json::Result<T>) {
        reader.peek();
        let start = reader.at;
        for index in 0..self.known.len() {
            if self.known[index].find(reader, &mut self.found) {
                // The next is most likely like this one.
                self.known.swap(0, index);
                return (
                    reader.since(start),
                    Ok(self.known[0].value(reader, &self.found)),
                );
            }
        }
        let (text, value) = reader.read();
        if let Ok(value) = &value {
            self.learn(text, T::clone(value));
        }
        (text, value)
    }

    #[cold]
    fn learn(&mut self, text: &'e str, value: T) {
        let Some(new) = Pattern::of(text, value) else {
            return;
        };
        match self.known.iter().position(|known| known.is_like(&new)) {
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
        let is_found = value.each_raw(&mut |raw, inside| {
            raw.is_plain = !raw.get().contains('\\');
            wanted.push(place(text, raw.get()).map(|span| (span, inside)));
        });
        // An object that is not looked into would be any object to those that come later.
        if !is_found {
            return None;
        }
        let wanted: Vec<_> = wanted.into_iter().collect::<Option<_>>()?;
        let mut leaves = Vec::new();
        find_leaves(text, &mut Reader::new(text), &wanted, &mut leaves)?;
        let mut pattern = Self {
            value,
            text,
            leaves,
            spans: wanted.into_iter().map(|(span, _)| span).collect(),
            slots: Vec::new(),
            end: "",
            fields: Vec::new(),
        };
        pattern.find_slots();
        Some(pattern)
    }

    fn find_slots(&mut self) {
        self.slots.clear();
        let mut starts = vec![0];
        let mut values = Vec::new();
        for leaf in self.leaves.iter().filter(|leaf| !leaf.is_same) {
            let start = starts[self.slots.len()];
            // A string's opening quote is always there.
            let value = leaf.span.start + usize::from(leaf.kind == Kind::String);
            let before = self.text.get(start..value).unwrap_or_default();
            self.slots.push((before, leaf.kind));
            starts.push(leaf.span.end);
            values.push(&leaf.span);
        }
        self.end = self
            .text
            .get(starts[self.slots.len()]..)
            .unwrap_or_default();
        let mark = |at: usize| {
            let slot = starts.partition_point(|start| *start <= at) - 1;
            let offset = at - starts[slot];
            Mark { slot, offset }
        };
        let fields = self.spans.iter().map(|span| Field {
            start: mark(span.start),
            end: mark(span.end),
            slot: values.iter().position(|value| *value == span),
        });
        self.fields = fields.collect();
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

    /// Passes the next object, if it is like those before it.
    #[inline]
    fn find(&self, reader: &mut Reader<'e>, found: &mut Found) -> bool {
        let mut ahead = reader.clone();
        found.starts.clear();
        found.plain.clear();
        for (before, kind) in &self.slots {
            found.starts.push(ahead.at);
            if !ahead.eat_text(before) {
                return false;
            }
            let Some(is_plain) = ahead.eat_kind(*kind) else {
                return false;
            };
            found.plain.push(is_plain);
        }
        found.starts.push(ahead.at);
        let is_like = ahead.eat_text(self.end);
        if is_like {
            reader.at = ahead.at;
        }
        is_like
    }

    /// What is read of an object in which this was found.
    #[inline]
    fn value(&self, reader: &Reader<'e>, found: &Found) -> T {
        let mut value = self.value.clone();
        let mut fields = self.fields.iter();
        value.each_raw(&mut |raw, _| {
            let Some(field) = fields.next() else {
                return;
            };
            let span = found.place(&field.start)..found.place(&field.end);
            raw.text = reader.text.get(span).unwrap_or_default();
            if let Some(slot) = field.slot {
                raw.is_plain = found.plain[slot];
            } else if field.start.slot != field.end.slot {
                raw.is_plain = false;
            }
        });
        value
    }
}

impl Reader<'_> {
    /// Passes this text, if it is next.
    #[inline]
    fn eat_text(&mut self, text: &str) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += text.len();
        rest.starts_with(text.as_bytes())
    }

    /// Passes a value of this kind, if one is next, a string from behind its opening quote.
    /// Whether it is a string without escapes.
    #[inline]
    fn eat_kind(&mut self, kind: Kind) -> Option<bool> {
        if kind == Kind::String {
            self.at -= 1;
            return Some(self.string().is_some());
        }
        let first = *self.text.as_bytes().get(self.at)?;
        let fits = match kind {
            Kind::Container => matches!(first, b'{' | b'['),
            Kind::Number => first == b'-' || first.is_ascii_digit(),
            Kind::String | Kind::Word => false,
        };
        fits.then(|| {
            self.value();
            false
        })
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
    wanted: &[(Range<usize>, Inside)],
    leaves: &mut Vec<Leaf>,
) -> Option<()> {
    let mut members = reader.members()?;
    while let Some((_, value)) = members.next() {
        let first = value.peek()?;
        let span = place(text, value.clone().value())?;
        let looks_inside = |(wanted, inside): &(Range<usize>, Inside)| {
            let is_around = span.start < wanted.start && wanted.end < span.end;
            is_around || (*wanted == span && *inside == Inside::IsAlike)
        };
        if first == b'{' && wanted.iter().any(looks_inside) {
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
