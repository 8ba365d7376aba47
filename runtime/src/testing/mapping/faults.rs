//! Faults that a simulation injects, so that a handler's worst days can be tested.

use std::fmt;

use serde::Serialize;

use crate::testing::engine::rng::Rng;

/// Faults that a simulation injects, each with a probability from 0 to 1 per invocation, all from
/// one seed: the same seed injects the same.
///
/// ```
/// use stream_handler::testing::Faults;
///
/// let faults = Faults::seeded(7)
///     .throttles(0.1)
///     .timeouts(0.05)
///     .crashes(0.05)
///     .duplicates(0.1);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Faults {
    seed: u64,
    rates: [f64; KINDS.len()],
    limit: usize,
}

/// A fault that was injected into an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Fault {
    /// Lambda throttled the function, which was not invoked.
    Throttle,
    /// The function returned an error before it did anything.
    FunctionError,
    /// The function panicked at one of its `await`s.
    Panic,
    /// The function hung at one of its `await`s until its time-out.
    Timeout,
    /// The function did its work, and its response was lost: the environment crashed.
    Crash,
    /// The mapping forgot the response, and delivers the batch again: delivery is at least once.
    Duplicate,
}

const KINDS: [Fault; 6] = [
    Fault::Throttle,
    Fault::FunctionError,
    Fault::Panic,
    Fault::Timeout,
    Fault::Crash,
    Fault::Duplicate,
];

impl Faults {
    /// No faults yet, from a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            rates: [0.0; KINDS.len()],
            limit: usize::MAX,
        }
    }

    /// Every fault, each with this probability.
    #[must_use]
    pub fn all(mut self, probability: f64) -> Self {
        self.rates = [probability; KINDS.len()];
        self
    }

    /// How often the function is throttled.
    #[must_use]
    pub fn throttles(self, probability: f64) -> Self {
        self.with(Fault::Throttle, probability)
    }

    /// How often the function returns an error before it does anything.
    #[must_use]
    pub fn function_errors(self, probability: f64) -> Self {
        self.with(Fault::FunctionError, probability)
    }

    /// How often the function panics at one of its `await`s.
    #[must_use]
    pub fn panics(self, probability: f64) -> Self {
        self.with(Fault::Panic, probability)
    }

    /// How often the function hangs at one of its `await`s until its time-out.
    #[must_use]
    pub fn timeouts(self, probability: f64) -> Self {
        self.with(Fault::Timeout, probability)
    }

    /// How often the environment crashes between the work and the response.
    #[must_use]
    pub fn crashes(self, probability: f64) -> Self {
        self.with(Fault::Crash, probability)
    }

    /// How often a batch is delivered again though it was answered.
    #[must_use]
    pub fn duplicates(self, probability: f64) -> Self {
        self.with(Fault::Duplicate, probability)
    }

    /// After how many faults it ends. Default: never.
    #[must_use]
    pub fn at_most(mut self, faults: usize) -> Self {
        self.limit = faults;
        self
    }

    fn with(mut self, fault: Fault, probability: f64) -> Self {
        let rates = KINDS.iter().zip(&mut self.rates);
        for (_, rate) in rates.filter(|(kind, _)| **kind == fault) {
            *rate = probability;
        }
        self
    }

    pub(crate) fn probabilities(&self) -> &[f64] {
        &self.rates
    }

    pub(crate) fn seed(&self) -> Option<u64> {
        self.rates
            .iter()
            .any(|rate| *rate > 0.0)
            .then_some(self.seed)
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self::seeded(0)
    }
}

/// Draws the fault of each invocation.
#[derive(Debug)]
pub(crate) struct Dice {
    rates: [f64; KINDS.len()],
    left: usize,
    rng: Rng,
}

impl Dice {
    pub(crate) fn new(faults: &Faults) -> Self {
        Self {
            rates: faults.rates,
            left: faults.limit,
            rng: Rng::new(faults.seed),
        }
    }

    /// A fault, and after how many polls it strikes, if it does while the function runs.
    pub(crate) fn roll(&mut self) -> Option<(Fault, u64)> {
        let (mut drawn, polls) = (self.rng.fraction(), 1 + self.rng.next() % 8);
        if self.left == 0 {
            return None;
        }
        for (kind, rate) in KINDS.into_iter().zip(self.rates) {
            if drawn < rate {
                self.left -= 1;
                return Some((kind, polls));
            }
            drawn -= rate;
        }
        None
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Throttle => "throttled",
            Self::FunctionError => "injected error",
            Self::Panic => "injected panic",
            Self::Timeout => "injected time-out",
            Self::Crash => "injected crash after the work",
            Self::Duplicate => "injected duplicate",
        })
    }
}
