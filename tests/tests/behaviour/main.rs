//! What the crate does, through its public API: a record handler and an event in, a response out.
//!
//! | folder | tests |
//! |---|---|
//! | `attribute` | what may be annotated, and where |
//! | `sources` | each event source: its records, its response |
//! | `decoding` | what becomes a record's payload, and what happens if nothing does |
//! | `batch` | what happens to a batch: failures, panics, deadlines, concurrency, logs |
//! | `windows` | tumbling windows |
//! | `entry` | the functions that `main` calls, in processes of their own |
//! | `simulator` | the simulator of event source mappings |
//! | `properties` | rules that hold for every batch, on random batches |
//!
//! These tests share a process and run in parallel. None of them may change what another one sees:
//! logs are captured per thread, by `Logs`, and the only panic hook is the one of
//! `stream_handler_tests::panics`. Tests that need more than that belong in `process`.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "a handler takes its record by value, and is usually async"
)]

mod attribute;
mod batch;
mod decoding;
mod entry;
mod properties;
mod simulator;
mod sources;
mod windows;
