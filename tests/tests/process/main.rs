//! Tests that need a process apart from `behaviour`: they measure the process itself, such as its
//! peak memory, and run long enough to disturb the timing of others. A test that sets an environment
//! variable, a global `tracing` subscriber or an allocator belongs here, too.
//!
//! | | tests |
//! |---|---|
//! | `hostile` | sweeps over bad events, and the limits of size, depth, time and memory |
//! | `fuzz` | a short run of the fuzzer |

#![allow(
    clippy::needless_pass_by_value,
    reason = "a handler takes its record by value"
)]

mod fuzz;
mod hostile;
