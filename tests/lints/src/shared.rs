//! Shared parameters of every kind.

use std::{
    borrow::Cow,
    future,
    sync::{Arc, Mutex},
};

use stream_handler::{kinesis::KinesisRecord, stream_handler, Context};

/// Neither `Clone` nor `Copy`.
#[derive(Debug, Default)]
pub struct Db {
    /// What was inserted.
    lines: Mutex<Vec<String>>,
}

/// `Copy`, with a lifetime.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Where it looks.
    db: &'a Db,
}

/// By reference.
#[stream_handler]
pub async fn by_reference(line: KinesisRecord<String>, db: &Db) {
    insert(db, line.into_data());
    future::ready(()).await;
}

/// In an `Arc`.
#[stream_handler]
pub fn in_an_arc(line: KinesisRecord<String>, db: &Arc<Db>, by_value: Arc<str>) {
    insert(db, line.into_data());
    insert(db, by_value.as_ref().to_owned());
    drop(by_value);
}

/// By value.
///
/// # Panics
///
/// The count is 0.
#[stream_handler]
pub async fn by_value(line: KinesisRecord<String>, mut lines: Vec<String>, count: u64) {
    lines.push(line.into_data());
    drop(lines);
    future::ready(()).await;
    assert_ne!(count, 0, "none");
}

/// What can't be `Sized`.
#[stream_handler]
pub fn behind_a_reference(
    line: KinesisRecord<String>,
    log: &(dyn Fn(String) + Sync),
    names: &[String],
) {
    if names.contains(line.data()) {
        log(line.into_data());
    }
}

/// With elided lifetimes.
#[stream_handler]
pub fn elided(line: KinesisRecord<String>, view: View<'_>, prefix: Cow<'_, str>) {
    insert(view.db, prefix.into_owned());
    insert(view.db, line.into_data());
}

/// With named lifetimes, one in the result.
///
/// # Errors
///
/// The line is empty.
#[stream_handler]
pub async fn named<'a, 'b: 'a>(
    line: KinesisRecord<String>,
    message: &'a str,
    view: &'a View<'b>,
    also: &'a &'b str,
    #[context] context: &Context,
) -> Result<(), &'a str> {
    future::ready(()).await;
    if line.data().is_empty() {
        return Err(if also.is_empty() { message } else { also });
    }
    insert(view.db, context.request_id.clone());
    Ok(())
}

/// Keeps a line.
fn insert(db: &Db, line: String) {
    if let Ok(mut lines) = db.lines.lock() {
        lines.push(line);
    }
}
