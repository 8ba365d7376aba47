//! Panics in tests. A process has only one panic hook, and tests run in parallel, so all tests use the
//! hook in this file.

use std::{cell::Cell, sync::Once};

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// Keeps panics whose message contains "provoked", or that have none, out of the tests' output.
pub fn quiet() {
    set_hook();
}

/// How many panics this thread has had since any thread called this first, including those that
/// were caught.
pub fn count() -> usize {
    set_hook();
    COUNT.get()
}

fn set_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            COUNT.set(COUNT.get() + 1);
            let payload = info.payload();
            let message = payload.downcast_ref::<&str>().copied();
            let message = message.or(payload.downcast_ref::<String>().map(String::as_str));
            if message.is_some_and(|message| !message.contains("provoked")) {
                default(info);
            }
        }));
    });
}
