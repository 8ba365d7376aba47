//! Tumbling windows.
//!
//! "Configure stateful processing" (`services-kinesis-windows.html`, `services-ddb-windows.html`).

use std::time::Duration;

use serde_json::{Value, json};

use super::pending_batch::{Closing, PendingBatch};
use crate::testing::time::{START, millis};

/// Maximum size of a window's state: 1 MB.
const MAXIMUM_STATE: usize = 1024 * 1024;

/// A tumbling window of a shard.
#[derive(Debug)]
pub(super) struct TumblingWindow {
    /// In milliseconds since 1970.
    pub(super) start: u64,
    /// In milliseconds since 1970.
    pub(super) end: u64,
    pub(super) state: Value,
    /// The shard of the window's first batch. Empty before that.
    pub(super) place: String,
}

impl TumblingWindow {
    /// The window that contains a time. `None` if windows have no length.
    pub(super) fn around(at: u64, length: Duration) -> Option<Self> {
        let length = millis(length);
        let start = START + (at - START).checked_div(length)? * length;
        Some(Self {
            start,
            end: start + length,
            state: json!({}),
            place: String::new(),
        })
    }

    pub(super) fn contains(&self, at: u64) -> bool {
        (self.start..self.end).contains(&at)
    }
}

/// Updates the window after a batch was processed. Returns whether it must close early.
pub(super) fn advance(
    window: &mut Option<TumblingWindow>,
    batch: &PendingBatch,
    state: Option<&Value>,
) -> Option<Closing> {
    match batch.closing {
        Some(Closing::OnTime) => {
            *window = None;
            None
        }
        // The window continues with an empty state.
        Some(Closing::Early) => {
            if let Some(window) = window {
                window.state = json!({});
            }
            None
        }
        None => {
            let (window, state) = (window.as_mut()?, state?);
            window.state = state.clone();
            (state.to_string().len() > MAXIMUM_STATE).then_some(Closing::Early)
        }
    }
}
