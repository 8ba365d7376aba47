//! Handlers of every kind in a crate that forbids every lint that generated code might trigger.
//! Nothing here runs: it is for rustc, clippy and rustdoc to look at.
#![forbid(
    unsafe_code,
    unused,
    dead_code,
    missing_docs,
    missing_debug_implementations,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
// Lints outside of these groups that some forbid as well.
#![forbid(
    future_incompatible,
    let_underscore_drop,
    missing_copy_implementations,
    nonstandard_style,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unnameable_types,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::clone_on_ref_ptr,
    clippy::default_numeric_fallback,
    clippy::empty_structs_with_brackets,
    clippy::exhaustive_structs,
    clippy::missing_docs_in_private_items,
    clippy::multiple_inherent_impl,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::unwrap_used,
    rustdoc::all
)]

pub mod deprecated;
mod nested;
pub mod shared;
pub mod windows;

use std::{future, io};

use stream_handler::{
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler, Bytes, Context, Data, DecodeError, Failure, Json, Payload,
};

/// An order. Without `derive(serde::Deserialize)`, which these lints forbid.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its number.
    id: u64,
    /// What was ordered.
    items: Vec<String>,
}

impl Payload for Order {
    fn decode(data: Data<'_>) -> Result<Self, DecodeError> {
        Json::decode(data).map(|Json((id, items))| Self { id, items })
    }
}

/// Async, with an error.
///
/// # Errors
///
/// The order has no number, or no items.
#[stream_handler]
pub async fn on_order(order: KinesisRecord<Order>) -> Result<(), Failure> {
    future::ready(()).await;
    match order.data() {
        Order { id: 0, .. } => Err(Failure::permanent("no number")),
        Order { items, .. } if items.is_empty() => Err(Failure::transient("no items yet")),
        Order { .. } => Ok(()),
    }
}

/// Async, with nothing to return.
#[stream_handler]
pub async fn on_bytes(bytes: KinesisRecord<Bytes>) {
    future::ready(()).await;
    drop(bytes.into_data());
}

/// Plain.
///
/// # Errors
///
/// An item was removed.
#[stream_handler]
pub fn on_change(change: DynamoDbRecord<String>) -> io::Result<()> {
    match change.into_change() {
        Change::Remove { .. } => Err(io::Error::other("removed")),
        _ => Ok(()),
    }
}

/// Plain, with nothing to return.
#[stream_handler]
pub(crate) fn on_message(message: SqsMessage<String>) {
    drop(message.into_body());
}

/// Private, with the context by reference.
#[stream_handler]
fn with_context(message: SqsMessage<String>, #[context] context: &Context) {
    assert_ne!(message.into_body(), context.request_id, "itself");
}

/// The context by value, the record unused, by patterns.
#[stream_handler]
pub async fn with_owned_context(
    _: SqsMessage<String>,
    #[context] Context { mut request_id, .. }: Context,
) {
    request_id.clear();
    drop(request_id);
    future::ready(()).await;
}

/// There elsewhere.
#[cfg(not(windows))]
#[stream_handler]
pub fn conditional(_message: SqsMessage<String>) {}

/// There on Windows.
#[stream_handler]
#[cfg(windows)]
pub fn not_there(_message: SqsMessage<String>) {}

/// With a keyword for a name.
#[stream_handler]
pub fn r#type(r#match: SqsMessage<String>) {
    drop(r#match.into_body());
}

/// With attributes that mean nothing to the batch handler.
///
/// # Errors
///
/// There are none.
#[stream_handler]
#[must_use = "it tells whether the message is done"]
#[inline]
#[doc(alias = "useful")]
pub fn must_use(_message: SqsMessage<String>) -> Result<(), String> {
    Ok(())
}

/// Uses what is private, one way or the other.
pub fn uses() {
    /// In a function.
    #[stream_handler]
    async fn local(message: SqsMessage<String>, order: Order) {
        drop(order);
        future::ready(()).await;
        assert!(!message.body().is_empty(), "an empty message");
    }

    let _ = (on_message::batch, with_context::batch);
    let _ = |event, order| local::batch(event, order);
    nested::uses();
}
