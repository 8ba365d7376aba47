//! What is in every record: an order, and what handlers do with it.

use std::{cell::RefCell, hint::black_box};

use serde::{Deserialize, Serialize};

/// The payload of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) customer: String,
    pub(crate) total: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) items: Vec<Item>,
}

/// What was ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) sku: String,
    pub(crate) quantity: u32,
    pub(crate) price: f64,
}

/// Where the handlers put the orders, in place of a database.
pub(crate) struct Seen(Option<RefCell<Vec<Order>>>);

impl Seen {
    /// No order is kept.
    pub(crate) const NOTHING: Self = Self(None);

    /// Every order is kept, to look at it afterwards.
    pub(crate) fn everything() -> Self {
        Self(Some(RefCell::default()))
    }

    /// What a handler does with an order: as little as possible, but the compiler must not skip any
    /// of the decoding.
    pub(crate) fn order(&self, order: &Order) {
        black_box(order);
        if let Some(kept) = &self.0 {
            kept.borrow_mut().push(order.clone());
        }
    }

    /// The orders that were kept.
    pub(crate) fn into_orders(self) -> Vec<Order> {
        self.0.map(RefCell::into_inner).unwrap_or_default()
    }
}

/// The JSON of what an order holds: `{"id":123456,"customer":"c-1234","total":12.5}` and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payload {
    /// Nothing else.
    Small,
    /// A note of words, up to this many bytes of JSON.
    Note(&'static str, usize),
    /// Items, up to this many bytes of JSON.
    Items(&'static str, usize),
}

impl Payload {
    pub(crate) const KB: Self = Self::Note("1KB", 1024);
    pub(crate) const LARGE: Self = Self::Note("100KB", 100 * 1024);
    pub(crate) const NESTED: Self = Self::Items("1KB-nested", 1024);

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Note(name, _) | Self::Items(name, _) => name,
        }
    }

    /// The order of one record.
    pub(crate) fn order(self, index: usize) -> Order {
        let mut order = Order {
            id: 100_000 + index as u64 * 7,
            customer: format!("c-{}", 1000 + index * 37 % 9000),
            total: money(index * 125 + 1250),
            note: None,
            items: Vec::new(),
        };
        let room = |size: usize, order: &Order| size.saturating_sub(json(order).len());
        match self {
            Self::Small => {}
            Self::Note(_, size) => {
                order.note = Some(String::new());
                order.note = Some(note(index, room(size, &order)));
            }
            Self::Items(_, size) => {
                while room(size, &order) > 0 {
                    let number = index * 31 + order.items.len();
                    order.items.push(Item {
                        sku: format!("A-{}", 10_000 + number % 90_000),
                        quantity: 1 + u32::try_from(number % 9).unwrap_or_default(),
                        price: money(number * 25 + 99),
                    });
                }
                order.items.pop();
            }
        }
        order
    }
}

/// An order's JSON.
pub(crate) fn json(order: &Order) -> String {
    serde_json::to_string(order).expect("an order is JSON")
}

/// An amount below 1,000, from cents.
fn money(cents: usize) -> f64 {
    f64::from(u32::try_from(cents % 100_000).unwrap_or_default()) / 100.0
}

/// A given number of bytes of words, as JSON: every 200 or so there is one that JSON escapes.
fn note(index: usize, bytes: usize) -> String {
    const WORDS: [&str; 16] = [
        "please",
        "leave",
        "the",
        "parcel",
        "with",
        "our",
        "neighbour",
        "when",
        "nobody",
        "opens",
        "and",
        "ring",
        "twice",
        "before",
        "you",
        "go",
    ];
    const EVERY: usize = 200;
    let mut note = String::with_capacity(bytes);
    // An escape is a byte more in JSON than in the note.
    let mut escapes = 0;
    for word in WORDS.iter().cycle().skip(index % WORDS.len()) {
        if note.len() / EVERY > escapes {
            note.push(if escapes % 2 == 0 { '\n' } else { '"' });
            escapes += 1;
        }
        if note.len() + escapes + word.len() + 1 > bytes {
            break;
        }
        note.push_str(word);
        note.push(' ');
    }
    note
}
