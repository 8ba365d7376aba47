//! Who learns what happens to a batch: the logs, and an observer.

pub(crate) mod log;
pub(crate) mod observer;
