//! Keeps a panic to the record that caused it.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// What a panic carries.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Calls `f`, catching its panic. What `f` was working on is not used afterwards.
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(f))
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
                let _ = catch(|| future.set(None));
                Poll::Ready(Err(panic))
            }
        }
    })
    .await
}
