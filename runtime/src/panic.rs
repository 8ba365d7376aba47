//! Keeps a panic to the record that caused it.

use std::{
    any::Any,
    future::poll_fn,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::Poll,
};

/// What a panic carries.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Calls `f`, catching its panic. What `f` was working on is not used afterwards.
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(f))
}

/// Drops a value of the user's, which may panic: too late to change what became of its record.
pub(crate) fn discard<T>(value: T) {
    if let Err(panic) = catch(|| drop(value)) {
        // What it carries may panic in its turn when dropped, and there must be an end.
        mem::forget(panic);
    }
}

/// Drops a future of the user's where it is pinned.
pub(crate) fn discard_pinned<F>(mut future: Pin<&mut Option<F>>) {
    if let Err(panic) = catch(|| future.set(None)) {
        discard(panic);
    }
}

/// The message of a panic, if it carries one.
pub(crate) fn message(panic: Panic) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
        .to_owned();
    discard(panic);
    message
}

/// Runs a future, catching its panic: when it is made, polled, or dropped. A future that panics
/// while it is dropped has not proven to be done, whatever it returned.
pub(crate) async fn catch_async<F: Future>(make: impl FnOnce() -> F) -> Result<F::Output, Panic> {
    let mut future = pin!(Some(catch(make)?));
    poll_fn(|context| {
        let polled = catch(|| {
            let polled = future
                .as_mut()
                .as_pin_mut()
                .map_or(Poll::Pending, |running| running.poll(context));
            if polled.is_ready() {
                future.set(None);
            }
            polled
        });
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(panic) => {
                // The first panic is the one to tell of.
                discard_pinned(future.as_mut());
                Poll::Ready(Err(panic))
            }
        }
    })
    .await
}
