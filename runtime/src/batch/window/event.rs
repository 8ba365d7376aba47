//! Reads the fields of an event that describe its tumbling window.
//!
//! Rules: AWS Lambda Developer Guide, "Implementing stateful Kinesis Data Streams processing in
//! Lambda" (`services-kinesis-windows.html`) and the page for DynamoDB
//! (`services-ddb-windows.html`).

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{
    BatchError, Event, EventError, Source, WindowError,
    error::Chain,
    json::{Object, mismatch::explain},
};

/// A tumbling window at its end, with the state that its records were folded into: the parameter of
/// the closing function, which `window = …` names.
///
/// ```
/// use stream_handler::{Json, Window, kinesis::KinesisRecord, stream_handler};
///
/// #[derive(Default, Clone, serde::Serialize, serde::Deserialize)]
/// struct Totals {
///     sales: u64,
///     cents: u64,
/// }
///
/// #[stream_handler(window = close)]
/// async fn on_sale(cents: KinesisRecord<Json<u64>>, #[state] totals: &mut Totals) {
///     totals.sales += 1;
///     totals.cents += cents.data().0;
/// }
///
/// async fn close(window: Window<Totals>) {
///     println!("from {} to {}: {}", window.start(), window.end(), window.state().cents);
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Window<T> {
    state: T,
    start: String,
    end: String,
    shard_id: String,
    event_source_arn: String,
    is_terminated_early: bool,
}

impl<T> Window<T> {
    /// Creates a window without an event, for unit tests of a closing function.
    ///
    /// ```
    /// # use stream_handler::Window;
    /// let window = Window::new(7).with_bounds("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z");
    /// assert_eq!((window.start(), *window.state()), ("2026-01-01T00:00:00Z", 7));
    /// ```
    pub fn new(state: T) -> Self {
        Self {
            state,
            start: String::new(),
            end: String::new(),
            shard_id: String::new(),
            event_source_arn: String::new(),
            is_terminated_early: false,
        }
    }

    /// Sets the start and end.
    #[must_use]
    pub fn with_bounds(mut self, start: &str, end: &str) -> Self {
        start.clone_into(&mut self.start);
        end.clone_into(&mut self.end);
        self
    }

    /// Sets the shard.
    #[must_use]
    pub fn with_shard_id(mut self, shard: &str) -> Self {
        shard.clone_into(&mut self.shard_id);
        self
    }

    /// Marks the window as ended early by Lambda.
    #[must_use]
    pub fn with_early_termination(mut self) -> Self {
        self.is_terminated_early = true;
        self
    }

    /// The state that the records of the window were folded into; the default if there were no records.
    pub fn state(&self) -> &T {
        &self.state
    }

    /// The state, owned.
    pub fn into_state(self) -> T {
        self.state
    }

    /// When the window began, as Lambda writes it: `2026-01-01T00:00:00Z`.
    #[must_use]
    pub fn start(&self) -> &str {
        &self.start
    }

    /// When the window ended, as Lambda writes it. The end itself is not part of the window.
    #[must_use]
    pub fn end(&self) -> &str {
        &self.end
    }

    /// The shard. Each shard has its own windows, and closing a window of one shard doesn't close
    /// those of other shards.
    #[must_use]
    pub fn shard_id(&self) -> &str {
        &self.shard_id
    }

    /// The ARN of the stream.
    #[must_use]
    pub fn event_source_arn(&self) -> &str {
        &self.event_source_arn
    }

    /// Whether Lambda ended the window early because the state exceeded its limit. The rest of the
    /// window's time is then another window.
    #[must_use]
    pub fn is_terminated_early(&self) -> bool {
        self.is_terminated_early
    }
}

/// Wraps an error of a window as the error of a batch from the source `S`.
pub(crate) fn of<S: Source>(error: WindowError) -> BatchError {
    BatchError::Window {
        source: S::NAME,
        error,
    }
}

/// The fields of an event of a window, except its records.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fields<'e> {
    #[serde(borrow)]
    window: Option<&'e RawValue>,
    #[serde(borrow)]
    pub(crate) state: Option<&'e RawValue>,
    #[serde(borrow)]
    shard_id: Option<&'e RawValue>,
    #[serde(borrow, rename = "eventSourceARN")]
    event_source_arn: Option<&'e RawValue>,
    // A malformed value must not count as `false`: the window would never be closed.
    is_final_invoke_for_window: Option<bool>,
    is_window_terminated_early: Option<bool>,
}

impl<'e> Fields<'e> {
    /// Reads the fields of an event that is known to come from the source `S`.
    pub(crate) fn read<S: Source>(event: &'e Event) -> Result<Self, BatchError> {
        let Object(fields): Object<Self> = serde_json::from_str(event.json()).map_err(|error| {
            let error = explain::<Object<Self>>(event.json().as_bytes(), "others", error);
            BatchError::InvalidEvent {
                source: S::NAME,
                error: EventError::new(
                    "the fields of a tumbling window",
                    Chain(&error).to_string(),
                ),
            }
        })?;
        match fields.window {
            Some(_) => Ok(fields),
            None => Err(of::<S>(WindowError::Missing)),
        }
    }

    pub(crate) fn is_final(&self) -> bool {
        self.is_final_invoke_for_window == Some(true)
    }

    pub(crate) fn window<T>(&self, state: T) -> Window<T> {
        #[derive(Default, Deserialize)]
        struct Bounds<'e> {
            #[serde(borrow)]
            start: Option<&'e RawValue>,
            #[serde(borrow)]
            end: Option<&'e RawValue>,
        }
        // A value that is not a string counts as missing, since it is only displayed.
        let text = |json: Option<&RawValue>| -> String {
            json.and_then(|json| serde_json::from_str(json.get()).ok())
                .unwrap_or_default()
        };
        let bounds: Bounds<'_> = self
            .window
            .and_then(|window| serde_json::from_str(window.get()).ok())
            .unwrap_or_default();
        Window {
            state,
            start: text(bounds.start),
            end: text(bounds.end),
            shard_id: text(self.shard_id),
            event_source_arn: text(self.event_source_arn),
            is_terminated_early: self.is_window_terminated_early == Some(true),
        }
    }
}

/// Rejects an event of a window, for a record handler without a window. `is_window` is `None` if
/// splitting the event did not look for a window.
pub(crate) fn refuse<S: Source>(event: &Event, is_window: Option<bool>) -> Result<(), BatchError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Signs {
        window: Option<IgnoredAny>,
        is_final_invoke_for_window: Option<IgnoredAny>,
    }
    let look = || {
        let signs = serde_json::from_str(event.json());
        !matches!(
            signs,
            Ok(Signs {
                window: None,
                is_final_invoke_for_window: None,
            })
        )
    };
    if is_window.unwrap_or_else(look) {
        return Err(of::<S>(WindowError::Unexpected));
    }
    Ok(())
}
