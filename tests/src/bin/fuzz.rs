//! Runs the fuzzer for a given time, and prints how much it examined and what it found:
//!
//! ```text
//! cargo run --release -p stream-handler-tests --bin fuzz -- <seconds> [<threads> [<first seed>]]
//! ```
//!
//! By default it runs for 60 seconds on 2 threads, from seed 1. The exit code is 1 if there are
//! findings.

use std::{
    env,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use stream_handler_tests::fuzz::{Count, Finding, Fuzzer, Source};

/// How many findings are printed. The others are only counted.
const SHOWN: u64 = 20;

struct Run {
    next: AtomicU64,
    end: Instant,
    findings: AtomicU64,
    counts: Mutex<[Count; Source::ALL.len()]>,
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let mut number = |default: u64| {
        let argument = arguments.next();
        argument.map_or(default, |text| text.parse().expect("a number"))
    };
    let (seconds, threads, first) = (number(60), number(2), number(1));
    let begun = Instant::now();
    let run = Run {
        next: AtomicU64::new(first),
        end: begun + Duration::from_secs(seconds),
        findings: AtomicU64::new(0),
        counts: Mutex::default(),
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| run.examine());
        }
    });
    let counts = run.counts.into_inner().expect("no panic in here");
    let mut all = Count::default();
    for (source, count) in Source::ALL.into_iter().zip(counts) {
        report(&format!("{source:?}"), count);
        all += count;
    }
    report("all", all);
    let (seeds, findings) = (run.next.into_inner() - first, run.findings.into_inner());
    println!(
        "seeds {first} to {}, {:?}",
        first + seeds - 1,
        begun.elapsed()
    );
    println!("{findings} findings");
    if findings == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Run {
    fn examine(&self) {
        let mut fuzzer = Fuzzer::default();
        let mut counts = [Count::default(); Source::ALL.len()];
        while Instant::now() < self.end {
            match fuzzer.run(self.next.fetch_add(1, Ordering::Relaxed)) {
                Ok((source, count)) => {
                    let index = Source::ALL.iter().position(|other| *other == source);
                    counts[index.expect("a source")] += count;
                }
                Err(finding) => self.found(&finding),
            }
        }
        let mut all = self.counts.lock().expect("no panic in here");
        for (all, count) in all.iter_mut().zip(counts) {
            *all += count;
        }
    }

    fn found(&self, finding: &Finding) {
        if self.findings.fetch_add(1, Ordering::Relaxed) < SHOWN {
            println!("{finding}\n");
        }
    }
}

fn report(what: &str, count: Count) {
    let Count {
        inputs,
        bytes,
        json,
        events,
        records,
        decoded,
    } = count;
    println!(
        "{what:>9}: {inputs:>9} inputs, {bytes:>12} bytes, {json:>9} JSON, {events:>9} events, {records:>10} records, {decoded:>10} decoded"
    );
}
