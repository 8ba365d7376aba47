//! The options of the attribute, as the runtime has them.

use std::time::Duration;

use crate::{
    Context, Observer,
    driver::{self, Deadline},
};

/// The attribute's options, each at its default until set.
#[derive(Clone, Copy)]
#[allow(
    missing_debug_implementations,
    reason = "made and used up by generated code"
)]
pub struct Settings<'o> {
    pub(crate) record_timeout: Option<Duration>,
    pub(crate) deadline_margin: Option<Duration>,
    pub(crate) undecodable_is_permanent: bool,
    pub(crate) fail_if_none_processed: bool,
    pub(crate) observer: Option<&'o dyn Observer>,
}

impl Settings<'_> {
    /// The time reserved for the response. Cancelling the running records, then writing and sending
    /// up to 10,000 identifiers, takes a few milliseconds; at 128 MB, which is a fourteenth of a
    /// vCPU, it takes tens of milliseconds. Ten times that leaves time to send logs, and is a small
    /// part of Lambda's default timeout of three seconds.
    const DEADLINE_MARGIN: Duration = Duration::from_millis(500);
}

impl<'o> Settings<'o> {
    /// Every option at its default.
    #[must_use]
    #[allow(
        clippy::new_without_default,
        reason = "generated code is the only caller"
    )]
    pub fn new() -> Self {
        Self {
            record_timeout: None,
            deadline_margin: Some(Self::DEADLINE_MARGIN),
            undecodable_is_permanent: false,
            fail_if_none_processed: false,
            observer: None,
        }
    }

    /// Removes `record_timeout`, with a warning, if the Tokio runtime has no timers to enforce it.
    #[must_use]
    pub(crate) fn without_missing_timers(mut self) -> Self {
        if self.record_timeout.is_some() && !driver::has_timers() {
            self.record_timeout = None;
            tracing::warn!(
                "the Tokio runtime has no timers, so `record_timeout` is ignored: build it with \
                 `enable_time`"
            );
        }
        self
    }

    /// When to stop the batch.
    pub(crate) fn deadline(&self, context: &Context) -> Deadline {
        self.deadline_margin
            .map_or_else(Deadline::default, |margin| {
                Deadline::before(context.deadline(), margin)
            })
    }

    /// When to stop a call that begins now.
    pub(crate) fn limit(&self) -> Deadline {
        self.record_timeout
            .map_or_else(Deadline::default, Deadline::after)
    }

    /// How long the record handler may take for one record.
    #[must_use]
    pub fn record_timeout(mut self, milliseconds: u64) -> Self {
        self.record_timeout = Some(Duration::from_millis(milliseconds));
        self
    }

    /// How long before the Lambda timeout to stop.
    #[must_use]
    pub fn deadline_margin(mut self, milliseconds: u64) -> Self {
        self.deadline_margin = Some(Duration::from_millis(milliseconds));
        self
    }

    /// Disables the deadline.
    #[must_use]
    pub fn deadline_off(mut self) -> Self {
        self.deadline_margin = None;
        self
    }

    /// Makes records that can't be decoded permanent failures.
    #[must_use]
    pub fn undecodable_is_permanent(mut self) -> Self {
        self.undecodable_is_permanent = true;
        self
    }

    /// Fails the invocation when no record of the batch was processed.
    #[must_use]
    pub fn fail_if_none_processed(mut self) -> Self {
        self.fail_if_none_processed = true;
        self
    }

    /// Notifies an observer.
    #[must_use]
    pub fn observer(mut self, observer: &'o impl Observer) -> Self {
        self.observer = Some(observer);
        self
    }
}
