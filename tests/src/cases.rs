//! Random cases of property tests.

use proptest::test_runner::{Config, RngSeed};

/// The same cases in each run. `PROPTEST_CASES=20000` runs more of them, and `PROPTEST_RNG_SEED=…`, a
/// number, runs others; the same two variables make a failure again.
pub fn config() -> Config {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    match config.rng_seed {
        RngSeed::Random => Config {
            rng_seed: RngSeed::Fixed(20_260_101),
            ..config
        },
        RngSeed::Fixed(_) => config,
    }
}
