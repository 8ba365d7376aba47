//! A bounded run of the fuzzer: see `stream_handler_tests::fuzz`, and its binary for long ones.
//!
//! Each input is made from one number, which is told when it fails. With more inputs, or to see one
//! again:
//!
//! ```text
//! FUZZ_INPUTS=100000 FUZZ_SEED=1 cargo test -p stream-handler-tests --test fuzz
//! FUZZ_INPUTS=1 FUZZ_SEED=<the number> cargo test -p stream-handler-tests --test fuzz
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
    // A judge that refuses all, or a generator of nothing, would find nothing.
    if inputs >= 400 {
        assert!(all.events > inputs / 4, "{all:?}");
        assert!(all.decoded > all.records / 2, "{all:?}");
        assert!(all.json < inputs * 9 / 10, "{all:?}");
    }
}
