//! A differential fuzzer of the readers of events: batches of records that are nearly alike, and
//! mutants of their texts, are read by the runtime and by plain `serde_json`, through the public
//! API alone.
//!
//! The runtime may remember what earlier records of a batch were like, so what matters is a record
//! that comes after others, from which it differs in some small way. The judge reads each
//! record alone.
//!
//! All of an input follows from its seed.

#![allow(
    clippy::format_push_string,
    reason = "inputs are short, and `write!` would be a result to discard each time"
)]

mod case;
mod examine;
mod handlers;
mod json;
mod judge;
mod layout;
mod mutate;
mod random;
mod shrink;
mod source;

use std::fmt;

pub use self::source::Source;
use self::{case::Case, examine::Examiner, random::Random};

/// Makes inputs, one from each seed, and examines them.
#[derive(Debug)]
pub struct Fuzzer(Examiner);

/// What has been examined.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    /// Texts that were handed to a handler.
    pub inputs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are JSON.
    pub json: u64,
    /// Those that are events of the source.
    pub events: u64,
    /// The records in these.
    pub records: u64,
    /// Those of them that can be decoded.
    pub decoded: u64,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.bytes += other.bytes;
        self.json += other.json;
        self.events += other.events;
        self.records += other.records;
        self.decoded += other.decoded;
    }
}

/// An input for which the runtime and the judge differ.
#[derive(Debug)]
pub struct Finding {
    /// What makes the input again.
    pub seed: u64,
    /// Its source.
    pub source: Source,
    /// The difference, for the smallest event that still shows one.
    pub difference: String,
    /// That event.
    pub event: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 6000;
        let Self {
            seed,
            source,
            difference,
            event,
        } = self;
        writeln!(
            f,
            "{source:?}, FUZZ_SEED={seed} FUZZ_INPUTS=1 makes this input again"
        )?;
        writeln!(f, "{difference:.2000}")?;
        write!(f, "{} bytes: {event:.SHOWN$}", event.len())
    }
}

impl Default for Fuzzer {
    fn default() -> Self {
        Self(Examiner::new())
    }
}

impl Fuzzer {
    /// Makes an input from a seed, and examines it.
    ///
    /// # Errors
    ///
    /// The runtime and the judge differ.
    pub fn run(&mut self, seed: u64) -> Result<(Source, Count), Box<Finding>> {
        let case = input(seed);
        let mut body = Vec::new();
        case.body(&mut body);
        match self.0.case(&case) {
            Ok(examined) => {
                let count = Count {
                    inputs: 1,
                    bytes: body.len() as u64,
                    json: u64::from(examined.is_json),
                    events: u64::from(examined.is_event),
                    records: examined.records as u64,
                    decoded: examined.decoded as u64,
                };
                Ok((case.source, count))
            }
            Err(difference) => {
                let (case, difference) = shrink::shrink(&mut self.0, case, difference);
                case.body(&mut body);
                Err(Box::new(Finding {
                    seed,
                    source: case.source,
                    difference,
                    event: printable(&body),
                }))
            }
        }
    }
}

fn input(seed: u64) -> Case {
    let random = &mut Random::new(seed);
    let source = *random.pick(&Source::ALL);
    // Mutants are mostly refused, whatever they are: small ones will do.
    let is_mutant = random.one_in(2);
    let most = if is_mutant { 40 } else { usize::MAX };
    let mut case = Case::random(source, most, random);
    if is_mutant {
        mutate::mutate(&mut case, random);
    }
    case
}

/// The text, with escapes for what is not UTF-8.
fn printable(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => body.escape_ascii().to_string(),
    }
}
