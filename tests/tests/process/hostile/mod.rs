//! Hostile input: whatever an event is, nothing panics, hangs or takes memory without bound, and no
//! record is lost.
//!
//! Each test tries one kind of damage at every place of a good event; random damage is the fuzzer's.
//! By default not all combinations are tried, since that takes minutes without optimisation:
//!
//! | variable | tries |
//! |---|---|
//! | `HOSTILE_EVERY=1` | all values in all places |
//! | `HOSTILE_LENGTH=6000000` | strings of that length in all fields, and the deepest nesting |

mod handlers;
mod large;
mod oracle;
mod scan;
mod seeds;
mod values;

use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use stream_handler_tests::{logs::Logs, panics};
use tokio::runtime::{Builder, Runtime};

use self::{
    handlers::{HANDLERS, Log},
    scan::Tree,
    seeds::Source,
    values::values,
};

/// Hands events to handlers and checks what comes of it.
struct Bench {
    runtime: Runtime,
    inputs: usize,
}

impl Bench {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        Self {
            runtime: runtime.expect("a runtime"),
            inputs: 0,
        }
    }

    /// Hands an event to all handlers of a source. No handler panics, so that any panic is one of
    /// the runtime's, even if it is caught.
    fn check(&mut self, source: Source, body: &[u8], what: impl Fn() -> String) {
        for _ in 0..HANDLERS {
            self.check_one(source, body, &what);
        }
    }

    /// As [`Self::check`] with one of the handlers, another each time.
    fn check_one(&mut self, source: Source, body: &[u8], what: impl Fn() -> String) {
        self.inputs += 1;
        let handler = self.inputs % HANDLERS;
        // What is logged is made only if somebody listens.
        let logs = (self.inputs.is_multiple_of(8)).then(Logs::capture);
        let (begun, before, log) = (Instant::now(), panics::count(), Log::default());
        let answer = catch_unwind(AssertUnwindSafe(|| {
            self.runtime
                .block_on(handlers::invoke(source, handler, body, &log))
        }));
        let took = begun.elapsed();
        drop(logs);
        let calls = log.into_calls();
        let limit = Duration::from_secs(5) + Duration::from_micros(body.len() as u64);
        let problem = match answer {
            Err(_) => Err("a panic escaped".to_owned()),
            Ok(_) if panics::count() > before => Err("a panic".to_owned()),
            Ok(_) if took > limit => Err(format!("it took {took:?}")),
            Ok(answer) => oracle::check(source, body, answer, &calls),
        };
        if let Err(problem) = problem {
            let start = String::from_utf8_lossy(&body[..body.len().min(6000)]);
            let length = body.len();
            panic!(
                "{}: {source:?}, handler {handler}: {problem}\n{length} bytes: {start}",
                what()
            );
        }
    }
}

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

/// Seeds as they are, and each given to the handlers of every source.
#[test]
fn good_events_and_those_of_other_sources() {
    let mut bench = Bench::new();
    for seed in seeds::all() {
        for source in [
            Source::Kinesis,
            Source::DynamoDb,
            Source::Sqs,
            Source::Kafka,
        ] {
            bench.check(source, seed.text.as_bytes(), || format!("{seed:?}"));
        }
    }
}

/// Each value in the place of each.
#[test]
fn any_value_in_any_place() {
    let (values, mut bench) = (values(), Bench::new());
    let every = usize::try_from(number("HOSTILE_EVERY", 20)).expect("a size");
    let mut count = 0;
    for seed in seeds::small() {
        let text = seed.text.as_bytes();
        let tree = Tree::scan(text).expect("JSON");
        for span in (0..tree.len()).map(|node| tree.span(node)) {
            for value in &values {
                count += 1;
                if count % every > 0 {
                    continue;
                }
                let hostile = [&text[..span.start], value.as_bytes(), &text[span.end..]].concat();
                bench.check_one(seed.source, &hostile, || {
                    format!("{value:.200} at {span:?}")
                });
            }
        }
    }
}

/// Each member of each object taken away, and there twice.
#[test]
fn any_key_missing_or_twice() {
    let mut bench = Bench::new();
    for seed in seeds::small() {
        let text = &seed.text;
        let tree = Tree::scan(text.as_bytes()).expect("JSON");
        for parent in 0..tree.len() {
            let children = tree.children(parent).len();
            for index in 0..children {
                let member = tree.member(parent, index);
                let (before, after) = (&text[..member.end], &text[member.end..]);
                let twice = format!("{before},{}{after}", &text[member.clone()]);
                bench.check_one(seed.source, twice.as_bytes(), || {
                    format!("twice {member:?}")
                });
                let before = text[..member.start].trim_end_matches(',');
                let comma = if before.ends_with(['{', '[']) {
                    ","
                } else {
                    ""
                };
                let after = after.strip_prefix(comma).unwrap_or(after);
                let without = format!("{before}{after}");
                bench.check_one(seed.source, without.as_bytes(), || {
                    format!("without {member:?}")
                });
            }
        }
    }
}

/// Cut off after each byte, and with a byte in it that no UTF-8 has.
#[test]
fn cut_off_anywhere() {
    let mut bench = Bench::new();
    for seed in seeds::small() {
        let text = seed.text.as_bytes();
        for end in 0..text.len() {
            bench.check_one(seed.source, &text[..end], || format!("cut off at {end}"));
            let mut broken = text.to_vec();
            broken[end] = 0xff;
            bench.check_one(seed.source, &broken, || format!("broken at {end}"));
        }
    }
}
