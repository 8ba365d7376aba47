//! Faults that a simulation injects.

use std::fmt;

use serde::Serialize;

/// Faults that a simulation injects, each with a probability per invocation from 0 to 1. The same
/// seed injects the same faults.
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
    probabilities: [f64; KINDS.len()],
    limit: usize,
}

/// A fault that was injected into an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Fault {
    /// Lambda throttled the function: it was not invoked.
    Throttle,
    /// The function returned an error before it started any record.
    FunctionError,
    /// The function panicked at one of its `await`s.
    Panic,
    /// The function hung at one of its `await`s until its timeout.
    Timeout,
    /// The execution environment crashed after the function had done its work and before it
    /// responded.
    Crash,
    /// The response was lost, and the batch is delivered again: delivery is at least once.
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
    /// A seed, and no faults yet.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            seed,
            probabilities: [0.0; KINDS.len()],
            limit: usize::MAX,
        }
    }

    /// Sets the probability of every kind of fault.
    #[must_use]
    pub fn all(mut self, probability: f64) -> Self {
        self.probabilities = [probability; KINDS.len()];
        self
    }

    /// Sets the probability of [`Fault::Throttle`].
    #[must_use]
    pub fn throttles(self, probability: f64) -> Self {
        self.with(Fault::Throttle, probability)
    }

    /// Sets the probability of [`Fault::FunctionError`].
    #[must_use]
    pub fn function_errors(self, probability: f64) -> Self {
        self.with(Fault::FunctionError, probability)
    }

    /// Sets the probability of [`Fault::Panic`].
    #[must_use]
    pub fn panics(self, probability: f64) -> Self {
        self.with(Fault::Panic, probability)
    }

    /// Sets the probability of [`Fault::Timeout`].
    #[must_use]
    pub fn timeouts(self, probability: f64) -> Self {
        self.with(Fault::Timeout, probability)
    }

    /// Sets the probability of [`Fault::Crash`].
    #[must_use]
    pub fn crashes(self, probability: f64) -> Self {
        self.with(Fault::Crash, probability)
    }

    /// Sets the probability of [`Fault::Duplicate`].
    #[must_use]
    pub fn duplicates(self, probability: f64) -> Self {
        self.with(Fault::Duplicate, probability)
    }

    /// Maximum number of faults in a simulation. Default: unlimited.
    #[must_use]
    pub fn at_most(mut self, faults: usize) -> Self {
        self.limit = faults;
        self
    }

    fn with(mut self, fault: Fault, probability: f64) -> Self {
        for (kind, of_kind) in KINDS.iter().zip(&mut self.probabilities) {
            if *kind == fault {
                *of_kind = probability;
            }
        }
        self
    }

    /// Each kind of fault with its probability.
    pub(crate) fn probabilities(&self) -> impl Iterator<Item = (Fault, f64)> {
        KINDS.into_iter().zip(self.probabilities)
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Whether any fault can happen.
    pub(super) fn any(&self) -> bool {
        self.probabilities.iter().any(|rate| *rate > 0.0)
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Throttle => "throttled",
            Self::FunctionError => "injected error",
            Self::Panic => "injected panic",
            Self::Timeout => "injected timeout",
            Self::Crash => "injected crash after the work",
            Self::Duplicate => "injected duplicate",
        })
    }
}
