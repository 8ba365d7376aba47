//! A differential fuzzer for the code that reads events. It generates batches of similar records,
//! and mutants of their JSON text. The runtime reads each batch through its public API. A judge
//! reads each record alone, with plain `serde_json`. Both must agree on what every record holds,
//! which records cannot be decoded, and the response. A text that `serde_json` refuses must fail the
//! invocation.
//!
//! The runtime may remember the layout of earlier records in a batch. The records of a batch
//! therefore differ from those before them in small ways: a key is escaped, a field is missing, an
//! inner object is empty. Every event is also read "without layouts", so that a difference which only
//! one of the two readers has shows which one.
//!
//! One seed makes the same input on every machine.
//!
//! | file | does |
//! |---|---|
//! | `source` | the usual records of each source |
//! | `layout` | layouts, small changes of layouts, and records from them |
//! | `json` | values, spelt in all the ways that JSON allows |
//! | `case` | whole events, made of records |
//! | `mutate` | changes of the text, most of which make it invalid |
//! | `judge/` | what must come of an event |
//! | `handlers` | record handlers that compare their record with the judge's |
//! | `examine` | hands an event to a batch handler, in every way an event can be read |
//! | `shrink` | drops records from an input that shows a difference |

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

/// Makes one input from each seed, and compares the runtime with the judge.
#[derive(Debug)]
pub struct Fuzzer(Examiner);

/// How much was examined.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    /// Texts, each of them handed to a batch handler several times.
    pub inputs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Texts that are JSON.
    pub json: u64,
    /// Texts that are events of their source.
    pub events: u64,
    /// Records in these events.
    pub records: u64,
    /// Records that can be decoded.
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
    /// The seed of the input.
    pub seed: u64,
    /// Its source.
    pub source: Source,
    /// The first difference, in the smallest event found that shows one.
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
    let is_mutant = random.one_in(2);
    // Mutants are mostly refused, so small ones find as much and are faster. Some must be large: a
    // reader may learn layouts only from large batches.
    let most = if is_mutant && !random.one_in(4) {
        40
    } else {
        usize::MAX
    };
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
