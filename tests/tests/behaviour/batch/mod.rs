//! One invocation: which records are called and in which order, which are reported, and what else
//! comes of a failure. The rules are those of all sources, so that most tests run for several.

mod concurrency;
mod dead_letters;
mod deadlines;
mod full_failure;
mod identifiers;
mod isolation;
mod logging;
mod observer;
mod panics;
mod partial_responses;
mod without_timers;
