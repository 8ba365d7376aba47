//! Records of a batch share a layout: the same keys in the same order, and mostly the same values.
//! A record with the layout of an earlier record is compared with it bytewise. Equal parts are not
//! parsed again, and each value that differs is validated.
//!
//! ```text
//! model   {"kinesis":{"partitionKey":"a-1","data":"aGVs…","sequenceNumber":"495…"},"region":"eu"}
//! slots                              └─1─┘        └──2──┘                  └──3─┘           └4─┘
//! next    {"kinesis":{"partitionKey":"b-22","data":"d29…","sequenceNumber":"495…"},"region":"eu"}
//! edits                              └──1─┘        └─2──┘                  └──3─┘
//! ```
//!
//! The *model* is a record that was read before. *Slots* are the values in it that may differ in the
//! next record. *Edits* are the values that do differ. A field of the next record has the same place
//! as in the model, shifted by the change in length of all edits before it.
//!
//! This is sound because the model is valid JSON, and replacing one of its values by another valid
//! value gives JSON of the same shape. A field's value may only be replaced by a value of the same
//! kind, because types read kinds differently: `null`, for example, reads as an absent field.

use std::ops::Range;

use serde::Deserialize;

use super::{Cursor, Raw, Stop, text};

/// A type whose content is all [`Raw`]. If two records differ only in these values, replacing the
/// [`Raw`]s of one record gives the other.
pub(crate) trait OfRaw<'e>: Deserialize<'e> + Clone {
    /// The key of the only object whose members are read. Other values are read as a whole or ignored.
    const WITHIN: Option<&'static str>;

    /// Calls `each` with every value that is present, always in the same order.
    fn each_raw(&mut self, each: &mut impl FnMut(&mut Raw<'e>));
}

/// Implements [`OfRaw`] for an envelope, given the names of its fields. At most one field may be an
/// [`Object`](super::Object), after `within`: it must be `OfRaw` itself and be named like its key.
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

/// Reads records, one after another, by the layouts of earlier records.
pub(crate) struct Layouts<'e, T> {
    /// The layout that matched last comes first.
    known: Vec<Layout<'e, T>>,
    /// Reused for each record, to avoid allocations.
    edits: Vec<Edit>,
}

struct Layout<'e, T> {
    model: &'e str,
    /// The model, read as a `T`.
    value: T,
    /// The values of the model that may differ, in the order of the text.
    slots: Vec<Slot>,
    /// Where each [`Raw`] of `value` is in the model.
    fields: Vec<Range<usize>>,
    /// The objects and arrays that `T` takes as a whole or ignores, unless they are slots.
    containers: Vec<Range<usize>>,
}

/// How the type of the records reads a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// Member by member. The value at this key is read member by member too.
    Inside { for_key: Option<&'static str> },
    /// As a whole, or ignored.
    Whole,
    /// As a part of a value that is read as a whole or ignored.
    Part,
}

impl Reads {
    /// How the value at a key of this value is read. Array elements have no key.
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
    /// The first byte of the model's value, which determines the kind of value that fits. `None` if
    /// any value fits.
    kind: Option<u8>,
}

/// The end of an edit: a position in the model and the corresponding position in the text, from
/// where both continue alike.
#[derive(Clone, Copy)]
struct Edit {
    model: usize,
    text: usize,
}

impl<'e, T: OfRaw<'e>> Layouts<'e, T> {
    /// The maximum number of layouts. Searching more would take longer than it saves.
    const MOST: usize = 4;

    /// A layout is learned only if at least this many more records of the same size fit into the rest
    /// of the event.
    const WORTH: usize = 12;

    /// Records of at least this size mostly consist of long strings, so learning their layout always
    /// pays off.
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
    /// A value below this depth is one slot. Fields of envelopes are never that deep.
    const DEPTH: usize = 8;

    /// The layout of a record, which must be valid JSON.
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
        // A field inside a container could not be found any more once the container is a slot.
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

    /// Passes the next record if it has this layout. Returns its JSON and its value.
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

    /// Compares the text from `start` on with the model, and adds each difference to `edits`. Returns
    /// the end of the record in the text, or the position in the model where the layouts differ.
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
            // `>=`, since a number that ends here in the model may go on in the text.
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

    /// Turns the object or array around a difference in layout into one slot, since later records
    /// will probably differ there as well. `None` if no container surrounds the difference.
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
    /// The end of the value that begins at `start`, if it fits this slot.
    #[inline]
    fn pass(&self, text: &str, start: usize) -> Option<usize> {
        let first = *text.as_bytes().get(start)?;
        // Leading white space would become a part of the field.
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

/// The position in the text that corresponds to a position in the model.
#[inline]
fn moved(edits: &[Edit], place: usize) -> usize {
    let before = edits.iter().rev().find(|edit| edit.model <= place);
    before.map_or(usize::MAX, |edit| edit.text + place - edit.model)
}

/// The length of the longest common prefix.
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

/// The range of a part within its text.
fn place(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= text.len()).then_some(start..end)
}
