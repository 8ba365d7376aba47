//! The options of the attribute, as the runtime has them.

use std::{future::Ready, time::Duration};

use crate::{DeadLetter, Failure, Observer, driver};

/// The attribute's options, each at its default until set.
#[allow(
    missing_debug_implementations,
    reason = "made and used up by generated code"
)]
pub struct Settings<'o, D = NoDeadLetter> {
    pub(crate) concurrency: usize,
    pub(crate) record_timeout: Option<Duration>,
    pub(crate) deadline_margin: Option<Duration>,
    pub(crate) undecodable_is_permanent: bool,
    pub(crate) fail_if_none_done: bool,
    pub(crate) observer: Option<&'o dyn Observer>,
    pub(crate) dead_letter: Option<D>,
}

/// Where dead letters go when there is nowhere for them.
pub(crate) type NoDeadLetter = fn(DeadLetter) -> Ready<Result<(), Failure>>;

impl Settings<'_> {
    /// The time that is kept for the answer: to drop what runs, to write out up to 10,000
    /// identifiers and to hand them to Lambda takes a few milliseconds, and some tens of them at
    /// 128 MB, where a function has a fourteenth of a core. Ten times that leaves room for a
    /// collection of logs, and is still little of the three seconds that functions have by default.
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
            concurrency: 1,
            record_timeout: None,
            deadline_margin: Some(Self::DEADLINE_MARGIN),
            undecodable_is_permanent: false,
            fail_if_none_done: false,
            observer: None,
            dead_letter: None,
        }
    }

    /// Sends permanent failures to a function.
    pub fn dead_letter<D, Fut>(self, function: D) -> Settings<'o, D>
    where
        D: Fn(DeadLetter) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        Settings {
            concurrency: self.concurrency,
            record_timeout: self.record_timeout,
            deadline_margin: self.deadline_margin,
            undecodable_is_permanent: self.undecodable_is_permanent,
            fail_if_none_done: self.fail_if_none_done,
            observer: self.observer,
            dead_letter: Some(function),
        }
    }
}

impl<'o, D> Settings<'o, D> {
    /// A time-out can't be kept on a runtime that has no timers: it is left out, with a warning.
    pub(crate) fn without_missing_timers(&mut self) {
        if self.record_timeout.is_some() && !driver::has_timers() {
            self.record_timeout = None;
            tracing::warn!(
                "no Tokio timer to keep `record_timeout` with: build the runtime with `enable_time`"
            );
        }
    }

    /// At most so many records at once.
    #[must_use]
    pub fn concurrency(self, concurrency: usize) -> Self {
        Self {
            concurrency,
            ..self
        }
    }

    /// How long the function may take for one record.
    #[must_use]
    pub fn record_timeout(self, milliseconds: u64) -> Self {
        Self {
            record_timeout: Some(Duration::from_millis(milliseconds)),
            ..self
        }
    }

    /// How long before the invocation's deadline to stop.
    #[must_use]
    pub fn deadline_margin(self, milliseconds: u64) -> Self {
        Self {
            deadline_margin: Some(Duration::from_millis(milliseconds)),
            ..self
        }
    }

    /// Doesn't watch the deadline.
    #[must_use]
    pub fn deadline_off(self) -> Self {
        Self {
            deadline_margin: None,
            ..self
        }
    }

    /// Takes records that can't be decoded for permanent failures.
    #[must_use]
    pub fn undecodable_is_permanent(self) -> Self {
        Self {
            undecodable_is_permanent: true,
            ..self
        }
    }

    /// Fails the invocation when no record of the batch is done.
    #[must_use]
    pub fn fail_if_none_done(self) -> Self {
        Self {
            fail_if_none_done: true,
            ..self
        }
    }

    /// Tells an observer what happens.
    #[must_use]
    pub fn observer(self, observer: &'o impl Observer) -> Self {
        Self {
            observer: Some(observer),
            ..self
        }
    }
}
