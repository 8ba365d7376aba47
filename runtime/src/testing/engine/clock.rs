//! The simulation's clock.
//!
//! Two ways to be deterministic. On a runtime whose clock is paused, it is that clock: waiting is
//! Tokio's `sleep`, which a paused runtime makes instant, and what handlers sleep counts. On any
//! other it is a number: waiting adds to it, and while a handler runs it stands still, since how
//! long that takes differs from run to run.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep};

use crate::panic;
use crate::testing::time::millis;

#[derive(Debug)]
pub(crate) struct Clock {
    start: Instant,
    paused: bool,
    waited: u64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
            paused: is_paused(),
            waited: 0,
        }
    }

    /// Milliseconds since the start.
    pub(crate) fn now(&self) -> u64 {
        if self.paused {
            millis(self.start.elapsed())
        } else {
            self.waited
        }
    }

    /// Whether time passes while handlers run.
    pub(crate) fn runs_with_handlers(&self) -> bool {
        self.paused
    }

    /// Waits until a time, in milliseconds since the start.
    pub(crate) async fn wait_until(&mut self, at: u64) {
        let left = at.saturating_sub(self.now());
        if self.paused {
            sleep(Duration::from_millis(left)).await;
        } else {
            self.waited += left;
        }
    }

    /// Takes note that an invocation lasted so long, which it didn't in real time.
    pub(crate) fn add(&mut self, duration: Duration) {
        if !self.paused {
            self.waited += millis(duration);
        }
    }
}

/// Tokio doesn't tell. But a paused clock stands while the real one goes on.
fn is_paused() -> bool {
    let (before, real) = (Instant::now(), std::time::Instant::now());
    while real.elapsed() < Duration::from_micros(2) {}
    Instant::now() == before
}

/// A timer; it is made when something first has to wait.
pub(crate) struct Timer {
    duration: Duration,
    state: State,
}

enum State {
    Unused,
    Running(Pin<Box<Sleep>>),
    /// The runtime has no timers: it never rings.
    None,
}

impl Timer {
    pub(crate) fn new(duration: Duration) -> Self {
        Self {
            duration,
            state: State::Unused,
        }
    }

    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let State::Unused = self.state {
            self.state = match panic::catch(|| Box::pin(sleep(self.duration))) {
                Ok(sleep) => State::Running(sleep),
                Err(panic) => {
                    panic::discard(panic);
                    State::None
                }
            };
        }
        match &mut self.state {
            State::Running(sleep) => sleep.as_mut().poll(context),
            State::Unused | State::None => Poll::Pending,
        }
    }
}
