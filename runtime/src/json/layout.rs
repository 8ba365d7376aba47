//! Records of a batch share a layout: the same keys in the same order, and mostly the same values.
//! A record with the layout of one before it is read by comparison: what is equal needs no reading,
//! and each value that differs is validated.
//!
//! ```text
//! model   {"kinesis":{"partitionKey":"a-1","data":"aGVs…","sequenceNumber":"495…"},"region":"eu"}
//! slots                              └─1─┘        └──2──┘                  └──3─┘           └4─┘
//! next    {"kinesis":{"partitionKey":"b-22","data":"d29…","sequenceNumber":"495…"},"region":"eu"}
//! edits                              └──1─┘        └─2──┘                  └──3─┘
//! ```
//!
//! The *model* is a record that was read before, *slots* are the places in it where something else
//! may stand, *edits* are the places where something else does. A field of the next record is where
//! it is in the model, moved by as much as the edits before it are longer or shorter.
//!
//! It is sound because the model is JSON, and replacing one value of it by another valid one makes
//! JSON of the same shape. A value is only replaced by one of its kind,
//! since `null` reads as an absent field, and an object as another thing than a string.

use std::ops::Range;

use serde::Deserialize;

use super::{Cursor, Raw, Stop, text};

/// A type all of whose content is [`Raw`]: it is the same for two records that differ in these
/// values alone.
pub(crate) trait OfRaw<'e>: Deserialize<'e> + Clone {
    /// The key of the one object that is looked into; all others are read as a whole, or not at all.
    const WITHIN: Option<&'static str>;

    /// Calls `each` with every value that is there, always in the same order.
    fn each_raw(&mut self, each: &mut impl FnMut(&mut Raw<'e>));
}

/// Makes an envelope [`OfRaw`] from its fields: values, and an [`Object`](super::Object) that is
/// `OfRaw` itself, whose field is named like its key.
macro_rules! of_raw {
    ($type:ident: $($field:ident),*) => {
        $crate::json::of_raw!(@ $type: [None] $($field),*;);
    };
    ($type:ident: $($field:ident),*; within $object:ident) => {
        $crate::json::of_raw!(@ $type: [Some(stringify!($object))] $($field),*; $object);
    };
    (@ $type:ident: [$within:expr] $($field:ident),*; $($object:ident)?) => {
        impl<'e> $crate::json::OfRaw<'e> for $type<'e> {
            const WITHIN: Option<&'static str> = $within;

            #[inline]
            fn each_raw(&mut self, each: &mut impl FnMut(&mut $crate::json::Raw<'e>)) {
                $(if let Some(raw) = &mut self.$field {
                    each(raw);
                })*
                $(if let Some($crate::json::Object(object)) = &mut self.$object {
                    object.each_raw(each);
                })?
            }
        }
    };
}

pub(crate) use of_raw;

/// Reads records, one after another, by the layouts of those before them.
pub(crate) struct Layouts<'e, T> {
    /// That of the last record first.
    known: Vec<Layout<'e, T>>,
    /// Kept for its memory.
    edits: Vec<Edit>,
}

struct Layout<'e, T> {
    model: &'e str,
    /// What was read of the model.
    value: T,
    /// The places in the model where something else may stand, in the order of the text.
    slots: Vec<Slot>,
    /// Where each [`Raw`] of `value` is in the model.
    fields: Vec<Range<usize>>,
    /// The objects and arrays that `T` takes as a whole or ignores, unless they are slots.
    containers: Vec<Range<usize>>,
}

/// How the type of the records reads a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// Member by member, and again so at this key.
    Inside { for_key: Option<&'static str> },
    /// As a whole, or not at all.
    Whole,
    /// As a part of another one.
    Part,
}

impl Reads {
    /// How it reads the value at a key of this one.
    fn at(self, key: Option<&str>) -> Self {
        match self {
            Self::Inside { for_key } if for_key.is_some() && for_key == key => {
                Self::Inside { for_key: None }
            }
            Self::Inside { .. } => Self::Whole,
            Self::Whole | Self::Part => Self::Part,
        }
    }
}

struct Slot {
    span: Range<usize>,
    /// The first byte of what must stand here; `None` for any value.
    kind: Option<u8>,
}

/// A place in the model, and the place in the text that has the same behind it.
#[derive(Clone, Copy)]
struct Edit {
    model: usize,
    text: usize,
}

impl<'e, T: OfRaw<'e>> Layouts<'e, T> {
    /// More layouts than this are not worth the search.
    const MOST: usize = 4;

    /// How many records must still come, going by this one's size, for a layout to be worth what it
    /// takes to learn.
    const WORTH: usize = 12;

    /// Records as large as this mostly consist of long strings, which are worth it at once.
    const LARGE: usize = 8 * 1024;

    pub(crate) fn new() -> Self {
        Self {
            known: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// As [`Cursor::record`].
    #[inline]
    pub(crate) fn record(
        &mut self,
        cursor: &mut Cursor<'e>,
    ) -> Result<(&'e str, serde_json::Result<T>), Stop> {
        cursor.peek();
        for index in 0..self.known.len() {
            if let Some((json, value)) = self.known[index].read(cursor, &mut self.edits) {
                // The next record is most likely like this one.
                self.known.swap(0, index);
                return Ok((json, Ok(value)));
            }
        }
        let (json, value) = cursor.record()?;
        if let Ok(value) = &value {
            let is_worth_it =
                json.len() >= Self::LARGE || cursor.left() / json.len() >= Self::WORTH;
            if is_worth_it && self.known.len() < Self::MOST {
                self.known.extend(Layout::of(json, T::clone(value)));
            }
        }
        Ok((json, value))
    }
}

impl<'e, T: OfRaw<'e>> Layout<'e, T> {
    /// Deeper than this a value is compared as a whole. Fields of envelopes are not that deep.
    const DEPTH: usize = 8;

    /// The layout of a record that is JSON.
    #[cold]
    fn of(model: &'e str, mut value: T) -> Option<Self> {
        let mut fields = Vec::new();
        value.each_raw(&mut |raw| fields.push(place(model, raw.get())));
        let fields: Vec<_> = fields.into_iter().collect::<Option<_>>()?;
        let mut layout = Self {
            model,
            value,
            slots: Vec::new(),
            fields,
            containers: Vec::new(),
        };
        let root = Reads::Inside { for_key: T::WITHIN };
        layout
            .find_slots(&mut Cursor::new(model), root, Self::DEPTH)
            .ok()?;
        let is_in = |field: &Range<usize>, outer: &Range<usize>| {
            outer.start < field.start && field.end < outer.end
        };
        let mut fields = layout.fields.iter();
        // One of these would no longer be found when the outer one becomes a slot.
        let is_hidden =
            fields.any(|field| layout.containers.iter().any(|outer| is_in(field, outer)));
        (!is_hidden).then_some(layout)
    }

    /// Passes the next value of the model, and finds the slots in it.
    fn find_slots(
        &mut self,
        cursor: &mut Cursor<'e>,
        reads: Reads,
        depth: usize,
    ) -> Result<(), Stop> {
        let kind = cursor.peek().ok_or(Stop::Here)?;
        let start = cursor.at();
        match kind {
            b'{' if depth > 0 => cursor.object(|key, member| {
                self.find_slots(member, reads.at(key.as_deref()), depth - 1)
            })?,
            b'[' if depth > 0 => {
                cursor.array(|element| self.find_slots(element, reads.at(None), depth - 1))?;
            }
            _ => {
                let mut slot = Slot {
                    span: start..start,
                    kind: (reads != Reads::Part).then_some(kind),
                };
                slot.span.end = slot.pass(self.model, start).ok_or(Stop::Here)?;
                cursor.go_to(slot.span.end);
                self.slots.push(slot);
                return Ok(());
            }
        }
        if reads == Reads::Whole {
            self.containers.push(start..cursor.at());
        }
        Ok(())
    }

    /// Passes the next record, if it has this layout: its JSON and its value.
    #[inline]
    fn read(&mut self, cursor: &mut Cursor<'e>, edits: &mut Vec<Edit>) -> Option<(&'e str, T)> {
        let (text, start) = (cursor.text(), cursor.at());
        let end = loop {
            match self.compare(text, start, edits) {
                Ok(end) => break end,
                Err(differs) => self.close(differs)?,
            }
        };
        cursor.go_to(end);
        let mut value = self.value.clone();
        let mut fields = self.fields.iter();
        value.each_raw(&mut |raw| {
            if let Some(field) = fields.next() {
                let span = moved(edits, field.start)..moved(edits, field.end);
                *raw = Raw::of(text.get(span).unwrap_or_default());
            }
        });
        Some((text.get(start..end)?, value))
    }

    /// Compares the text from `start` on with the model, and notes what differs. Where the text is
    /// like the model to, or where the model is not like the text.
    #[inline]
    fn compare(&self, text: &'e str, start: usize, edits: &mut Vec<Edit>) -> Result<usize, usize> {
        let mut at = Edit {
            model: 0,
            text: start,
        };
        let mut slots = self.slots.iter();
        edits.clear();
        loop {
            edits.push(at);
            let model = &self.model.as_bytes()[at.model..];
            let same = common_prefix(model, &text.as_bytes()[at.text..]);
            if same == model.len() {
                return Ok(at.text + same);
            }
            let differs = at.model + same;
            // A number may end here in the model, and go on in the text.
            let slot = slots.find(|slot| slot.span.end >= differs);
            at = slot
                .filter(|slot| slot.span.start <= differs)
                .and_then(|slot| {
                    let start = at.text + slot.span.start - at.model;
                    Some(Edit {
                        model: slot.span.end,
                        text: slot.pass(text, start)?,
                    })
                })
                .ok_or(differs)?;
        }
    }

    /// Makes one slot of the object or array that a record differs in by more than values: others
    /// will differ in it as well. `None` if there is none.
    #[cold]
    fn close(&mut self, differs: usize) -> Option<()> {
        let is_in = |outer: &Range<usize>, at| outer.start < at && at < outer.end;
        let index = self
            .containers
            .iter()
            .position(|span| is_in(span, differs))?;
        let span = self.containers.swap_remove(index);
        let first = self
            .slots
            .partition_point(|slot| slot.span.end <= span.start);
        let inside = self.slots[first..]
            .iter()
            .take_while(|slot| slot.span.end < span.end)
            .count();
        let kind = self.model.as_bytes().get(span.start).copied();
        self.slots
            .splice(first..first + inside, [Slot { span, kind }]);
        Some(())
    }
}

impl Slot {
    /// Where the value ends that begins at `start`, if it fits.
    #[inline]
    fn pass(&self, text: &str, start: usize) -> Option<usize> {
        let first = *text.as_bytes().get(start)?;
        // White space would become a part of the field.
        let fits = match self.kind {
            Some(kind) => is_like(first, kind),
            None => !first.is_ascii_whitespace(),
        };
        match first {
            _ if !fits => None,
            b'"' => text::end(text.as_bytes(), start + 1),
            _ => {
                let mut cursor = Cursor::new(text);
                cursor.go_to(start);
                cursor.pass().ok()?;
                Some(cursor.at())
            }
        }
    }
}

/// Whether a value that begins with `found` is of the same kind as one that begins with `kind`.
fn is_like(found: u8, kind: u8) -> bool {
    let is_number = |byte: u8| byte == b'-' || byte.is_ascii_digit();
    found == kind || is_number(found) && is_number(kind)
}

/// Where a place of the model is in the text.
#[inline]
fn moved(edits: &[Edit], place: usize) -> usize {
    let before = edits.iter().rev().find(|edit| edit.model <= place);
    before.map_or(usize::MAX, |edit| edit.text + place - edit.model)
}

/// How many bytes are the same from the beginning.
#[inline]
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    fn whole<const N: usize>(one: &[u8], other: &[u8], mut same: usize) -> usize {
        while let (Some(one), Some(other)) = (
            one[same..].first_chunk::<N>(),
            other[same..].first_chunk::<N>(),
        ) {
            if one != other {
                break;
            }
            same += N;
        }
        same
    }
    let same = whole::<8>(one, other, whole::<32>(one, other, 0));
    let rest = one[same..].iter().zip(&other[same..]);
    same + rest.take_while(|(one, other)| one == other).count()
}

/// Where in a text a part of it is.
fn place(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= text.len()).then_some(start..end)
}
