//! A short run of the fuzzer, `stream_handler_tests::fuzz`. The binary `fuzz` is for long runs.
//!
//! Each input is made from one seed, which a failure prints. To run more inputs, or one again:
//!
//! ```text
//! FUZZ_INPUTS=100000 FUZZ_SEED=1 cargo test -p stream-handler-tests --test process fuzz
//! FUZZ_INPUTS=1 FUZZ_SEED=<the seed> cargo test -p stream-handler-tests --test process fuzz
//! ```

use std::env;

use stream_handler_tests::fuzz::{Count, Fuzzer};

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn events_are_read_as_serde_json_reads_them() {
    let (inputs, start) = (number("FUZZ_INPUTS", 500), number("FUZZ_SEED", 1));
    let (mut fuzzer, mut all) = (Fuzzer::default(), Count::default());
    for seed in (0..inputs).map(|index| start.wrapping_add(index)) {
        match fuzzer.run(seed) {
            Ok((_, count)) => all += count,
            Err(finding) => panic!("{finding}"),
        }
    }
    println!("{all:?}");
    // Without this, a judge that refuses every event would make the test pass.
    if inputs >= 400 {
        assert!(all.events > inputs / 4, "{all:?}");
        assert!(all.decoded > all.records / 2, "{all:?}");
        assert!(all.json < inputs * 9 / 10, "{all:?}");
    }
}
