//! The simulation's clock.
//!
//! It must not depend on how fast the machine is. On a Tokio runtime with a paused clock, it is that
//! clock: waiting is Tokio's `sleep`, which takes no real time, and the time that handlers sleep
//! counts. On any other runtime it is a number: waiting adds to it, and it stands still while a
//! handler runs.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep};

use crate::panic;
use crate::testing::time::millis;

#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    paused: bool,
    waited: u64,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            start: Instant::now(),
            paused: is_paused(),
            waited: 0,
        }
    }

    /// Milliseconds since the start.
    pub(super) fn now(&self) -> u64 {
        if self.paused {
            millis(self.start.elapsed())
        } else {
            self.waited
        }
    }

    /// Whether time passes while the function runs.
    pub(super) fn runs_during_invocations(&self) -> bool {
        self.paused
    }

    /// Waits until a time, in milliseconds since the start.
    pub(super) async fn wait_until(&mut self, at: u64) {
        let left = at.saturating_sub(self.now());
        if self.paused {
            sleep(Duration::from_millis(left)).await;
        } else {
            self.waited += left;
        }
    }

    /// Adds the duration of an invocation that took no time on a clock that stood still.
    pub(super) fn add(&mut self, duration: Duration) {
        if !self.paused {
            self.waited += millis(duration);
        }
    }
}

/// Whether Tokio's clock is paused. Tokio has no function that says so, but a paused clock doesn't
/// advance while the system's clock does.
fn is_paused() -> bool {
    let (before, real) = (Instant::now(), std::time::Instant::now());
    while real.elapsed() < Duration::from_micros(2) {}
    Instant::now() == before
}

/// A timer that starts when it is first polled.
pub(super) struct Timer {
    duration: Duration,
    state: TimerState,
}

enum TimerState {
    Unused,
    Running(Pin<Box<Sleep>>),
    /// The runtime has no timers, so it never ends.
    None,
}

impl Timer {
    pub(super) fn new(duration: Duration) -> Self {
        Self {
            duration,
            state: TimerState::Unused,
        }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let TimerState::Unused = self.state {
            self.state = match panic::catch(|| Box::pin(sleep(self.duration))) {
                Ok(sleep) => TimerState::Running(sleep),
                Err(panic) => {
                    panic::discard(panic);
                    TimerState::None
                }
            };
        }
        match &mut self.state {
            TimerState::Running(sleep) => sleep.as_mut().poll(context),
            TimerState::Unused | TimerState::None => Poll::Pending,
        }
    }
}
