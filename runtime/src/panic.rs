//! Confines a panic to the record that caused it.

use std::{
    any::Any,
    fmt::Display,
    future::poll_fn,
    mem::{self, ManuallyDrop},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

/// The payload of a panic.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Calls `f`, catching its panic. After a panic, callers must not use values that `f` may have left
/// half-changed.
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(f))
}

/// Drops a value of a user's type, and catches its panic: by then the outcome of the record is
/// decided.
pub(crate) fn discard<T>(value: T) {
    if let Err(panic) = catch(|| drop(value)) {
        // Leaked, since dropping the payload may panic again.
        mem::forget(panic);
    }
}

/// The message of a panic, if it has one.
pub(crate) fn text(panic: &(dyn Any + Send)) -> Option<&str> {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
}

/// The message of a panic. Drops its payload.
pub(crate) fn message(panic: Panic) -> String {
    let message = text(&*panic).unwrap_or("a panic without a message");
    let message = message.to_owned();
    discard(panic);
    message
}

/// Displays a user's error, and catches its panic.
pub(crate) fn display(what: &dyn Display) -> String {
    catch(|| what.to_string()).unwrap_or_else(|panic| {
        discard(panic);
        "an error whose message could not be displayed: it panicked".to_owned()
    })
}

/// Makes and runs a future, and catches a panic when it is made, polled or dropped. If dropping the
/// future panics, its output is not used: its work is not proven to be complete.
pub(crate) async fn catch_async<F: Future>(make: impl FnOnce() -> F) -> Result<F::Output, Panic> {
    let mut future = pin!(Contained::new(catch(make)?));
    poll_fn(|context| {
        let polled = catch(|| future.as_mut().poll(context));
        match polled {
            Ok(polled) => polled.map(Ok),
            Err(panic) => {
                // The first panic is the one that is reported.
                future.as_mut().discard();
                Poll::Ready(Err(panic))
            }
        }
    })
    .await
}

pin_project! {
    /// Holds a user's future, whose destructor may panic. Dropping this never panics, so values
    /// next to it are dropped as well.
    pub(crate) struct Contained<F> {
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Contained<F> {
        fn drop(this: Pin<&mut Self>) {
            this.discard();
        }
    }
}

impl<F> Contained<F> {
    pub(crate) fn new(future: F) -> Self {
        Self {
            future: Some(future),
        }
    }

    pub(crate) fn empty() -> Self {
        Self { future: None }
    }

    /// Stores a future. There must not be one yet.
    pub(crate) fn set(self: Pin<&mut Self>, future: F) {
        self.project().future.set(Some(future));
    }

    /// Drops the future, if there is one, and catches its panic.
    pub(crate) fn discard(self: Pin<&mut Self>) {
        let mut future = self.project().future;
        if future.is_some() {
            if let Err(panic) = catch(|| future.set(None)) {
                discard(panic);
            }
        }
    }
}

/// Drops the future when it completes, then resolves to its output. The caller must catch panics of
/// polling and dropping. Stays pending if there is no future.
impl<F: Future> Future for Contained<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut future = self.project().future;
        let Some(running) = future.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        // If dropping the future panics, the output is leaked. Dropping it might panic as well,
        // which would abort the process.
        let output = ManuallyDrop::new(ready!(running.poll(context)));
        future.set(None);
        Poll::Ready(ManuallyDrop::into_inner(output))
    }
}
