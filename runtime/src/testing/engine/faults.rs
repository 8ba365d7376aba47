//! Draws the fault of each invocation, and injects it.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use lambda_runtime::Diagnostic;

use super::{clock::Timer, rng::Rng};
use crate::{
    panic::Contained,
    testing::{
        account::request_id,
        invoke::Returned,
        mapping::{Fault, Faults},
    },
};

/// Draws the fault of each invocation.
#[derive(Debug)]
pub(super) struct FaultDice<'f> {
    faults: &'f Faults,
    /// How many more faults may be injected.
    left: usize,
    rng: Rng,
}

/// A fault to inject.
#[derive(Debug, Clone, Copy)]
pub(super) struct Injection {
    pub(super) fault: Fault,
    /// A fault while the function runs strikes after this number of polls.
    polls: u64,
}

impl<'f> FaultDice<'f> {
    pub(super) fn new(faults: &'f Faults) -> Self {
        Self {
            faults,
            left: faults.limit(),
            rng: Rng::new(faults.seed()),
        }
    }

    pub(super) fn roll(&mut self) -> Option<Injection> {
        // Always two numbers, so that one invocation's fault doesn't change the next one's.
        let (mut drawn, polls) = (self.rng.fraction(), 1 + self.rng.next() % 8);
        if self.left == 0 {
            return None;
        }
        for (fault, probability) in self.faults.probabilities() {
            if drawn < probability {
                self.left -= 1;
                return Some(Injection { fault, polls });
            }
            drawn -= probability;
        }
        None
    }
}

/// Runs an invocation to its end, its timeout or its fault. `invoked` is `None` if the function is
/// not called, and `clock_runs` whether time passes on the simulation's clock meanwhile.
pub(super) async fn run<Fut>(
    invoked: Option<Fut>,
    injection: Option<Injection>,
    number: usize,
    timeout: Duration,
    clock_runs: bool,
) -> Returned
where
    Fut: Future<Output = Result<Vec<u8>, Diagnostic>>,
{
    let fault = injection.map(|injection| injection.fault);
    if fault == Some(Fault::Throttle) {
        return Returned::Throttled;
    }
    let Some(invoked) = invoked else {
        return if fault == Some(Fault::FunctionError) {
            error("InjectedError", "an injected error".to_owned())
        } else {
            let message = "the event is larger than 6 MB".to_owned();
            error("RequestEntityTooLarge", message)
        };
    };
    let mut invoked = pin!(Contained::new(invoked));
    let mut timer = Timer::new(timeout);
    let mut polls_left = match injection {
        Some(Injection {
            fault: Fault::Panic | Fault::Timeout,
            polls,
        }) => Some(polls),
        _ => None,
    };
    let returned = poll_fn(|context| {
        if let Poll::Ready(returned) = invoked.as_mut().poll(context) {
            return Poll::Ready(Some(returned));
        }
        if let Some(left) = &mut polls_left {
            *left -= 1;
            if *left == 0 {
                return Poll::Ready(None);
            }
        }
        timer.poll(context).map(|()| None)
    })
    .await;
    invoked.discard();
    match (fault, returned) {
        (Some(Fault::Crash), _) => {
            let request_id = request_id(number);
            let what = "Error: Runtime exited with error: signal: killed";
            error(
                "Runtime.ExitError",
                format!("RequestId: {request_id} {what}"),
            )
        }
        (Some(Fault::Panic), _) => error("Panic", "Lambda panicked: injected".to_owned()),
        (Some(Fault::Duplicate), Some(_)) => Returned::ResponseLost,
        (Some(Fault::Timeout), _) | (_, None) => {
            if clock_runs {
                poll_fn(|context| timer.poll(context)).await;
            }
            Returned::TimedOut
        }
        (_, Some(Ok(response))) => Returned::Response(response),
        (_, Some(Err(error))) => Returned::Error(error),
    }
}

fn error(error_type: &str, error_message: String) -> Returned {
    Returned::Error(Diagnostic {
        error_type: error_type.to_owned(),
        error_message,
    })
}
