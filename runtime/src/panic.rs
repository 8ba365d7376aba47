//! Keeps a panic to the record that caused it.

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

/// The message that a panic carries, if it carries one.
pub(crate) fn text(panic: &(dyn Any + Send)) -> Option<&str> {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
}

/// The message of a panic, which is then dropped.
pub(crate) fn message(panic: Panic) -> String {
    let message = text(&*panic).unwrap_or("a panic without a message");
    let message = message.to_owned();
    discard(panic);
    message
}

/// Displays an error of the user's, which may panic.
pub(crate) fn display(what: &dyn Display) -> String {
    catch(|| what.to_string()).unwrap_or_else(|panic| {
        discard(panic);
        "an error whose message could not be displayed: it panicked".to_owned()
    })
}

/// Runs a future, catching its panic: when it is made, polled, or dropped. A future that panics
/// while it is dropped has not proven to be done, whatever it returned.
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
    /// The place of a future of the user's, whose destructor may panic. However the future goes,
    /// that panic stays with it: what is dropped beside it is dropped as well.
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

    /// Puts a future here, where none is.
    pub(crate) fn set(self: Pin<&mut Self>, future: F) {
        self.project().future.set(Some(future));
    }

    /// Drops the future, if it is still here.
    pub(crate) fn discard(self: Pin<&mut Self>) {
        let mut future = self.project().future;
        if future.is_some() {
            if let Err(panic) = catch(|| future.set(None)) {
                discard(panic);
            }
        }
    }
}

/// The future's output, once the future is dropped: only then has it proven to be done. A panic of
/// either is the caller's to catch. Pending where no future is.
impl<F: Future> Future for Contained<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut future = self.project().future;
        let Some(running) = future.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        // Leaked if dropping the future panics: the output might panic as well when it is dropped,
        // which would abort the process.
        let output = ManuallyDrop::new(ready!(running.poll(context)));
        future.set(None);
        Poll::Ready(ManuallyDrop::into_inner(output))
    }
}
