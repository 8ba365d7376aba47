//! Tumbling windows.

use std::{collections::BTreeMap, future};

use stream_handler::{kinesis::KinesisRecord, stream_handler, Context, Window};

/// How often each key was seen.
type Counts = BTreeMap<String, u64>;

/// Counts a record.
#[stream_handler(window = close)]
pub async fn count(
    line: KinesisRecord<String>,
    #[state] counts: &mut Counts,
    prefix: &str,
    #[context] context: &Context,
) {
    let key = format!("{prefix}{}{}", line.partition_key(), context.request_id);
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
    future::ready(()).await;
}

/// Closes a window.
async fn close(window: Window<Counts>, prefix: &str) {
    drop(window);
    drop(prefix.to_owned());
    future::ready(()).await;
}

/// Counts a record, without anything shared.
#[stream_handler(window = forget)]
pub fn count_alone(line: KinesisRecord<String>, #[state] counts: &mut Counts) {
    let count = counts.entry(line.into_data()).or_default();
    *count = count.saturating_add(1);
}

/// Closes a window.
async fn forget(window: Window<Counts>) {
    drop(window);
    future::ready(()).await;
}
