//! When to stop, so that there is time left for the response.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use tokio::{
    task::coop::unconstrained,
    time::{Instant, Sleep, sleep_until},
};

use crate::panic;

/// A time at which to stop waiting, if there is one.
#[derive(Default)]
pub(crate) struct Deadline {
    at: Option<Instant>,
    /// Created at the first wait: a batch that never waits needs no timer.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// `margin` before the Lambda timeout, or halfway to it, whichever is later, so that a short
    /// timeout still leaves time for the batch. A timeout that has already passed is ignored, since
    /// local emulators send 1970.
    pub(crate) fn before(invocation: SystemTime, margin: Duration) -> Self {
        let left = invocation
            .duration_since(SystemTime::now())
            .ok()
            .filter(|left| !left.is_zero());
        left.map_or_else(Self::default, |left| {
            Self::after(left.saturating_sub(margin).max(left / 2))
        })
    }

    /// A deadline `time` from now. Without a limit if that is too far in the future to represent.
    pub(crate) fn after(time: Duration) -> Self {
        Self {
            at: Instant::now().checked_add(time),
            sleep: None,
        }
    }

    pub(crate) fn has_passed(&self) -> bool {
        self.at.is_some_and(|at| Instant::now() >= at)
    }

    /// A future's output; `None` if the deadline comes first.
    pub(crate) async fn limit<F: Future>(&mut self, mut future: Pin<&mut F>) -> Option<F::Output> {
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => self.poll(context).map(|()| None),
        })
        .await
    }

    /// Ready when the deadline has passed.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(at) = self.at else {
            return Poll::Pending;
        };
        if self.sleep.is_none() {
            self.sleep = timer(at);
            if self.sleep.is_none() {
                self.at = None;
                tracing::warn!(
                    "the Tokio runtime has no timers, so the deadline is not watched: build it with \
                     `enable_time`, or set `deadline_margin = \"off\"`"
                );
            }
        }
        match &mut self.sleep {
            // Without `unconstrained`, a record handler that uses up its task's Tokio budget at
            // each poll would keep the timer, which is polled after it, from ever firing.
            Some(sleep) => Pin::new(&mut unconstrained(sleep.as_mut())).poll(context),
            None => Poll::Pending,
        }
    }
}

/// Whether the current Tokio runtime has timers.
pub(crate) fn has_timers() -> bool {
    timer(Instant::now()).is_some()
}

fn timer(at: Instant) -> Option<Pin<Box<Sleep>>> {
    panic::catch(|| Box::pin(sleep_until(at)))
        .map_err(panic::discard)
        .ok()
}
