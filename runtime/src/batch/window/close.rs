//! The closing function of a window.

use std::pin::pin;

use crate::{
    Failure, IntoFailure, Window, WindowError,
    driver::Deadline,
    handler::{Decoder, Receive, state::StateType},
    panic::{self, Contained},
    source::Windowed,
};

/// Checks that the source has windows.
pub fn close<T, R, S, C, CFut>(_: &Decoder<R, S>, _: &StateType<T>, close: C) -> C
where
    S: Windowed,
    C: Fn(Window<T>) -> CFut,
    CFut: Future<Output = Result<(), Failure>>,
{
    close
}

/// Whether a closing function succeeded.
///
/// # Errors
///
/// The closing function failed.
pub fn closed<T: IntoClosed>(closed: T) -> Result<(), Failure> {
    closed.into_closed()
}

/// What the closing function of a window may return.
#[diagnostic::on_unimplemented(
    message = "the closing function of a window can't return `{Self}`",
    label = "a closing function returns `()` or `Result<(), E>`",
    note = "return `Ok(())` when the window's result is stored: Lambda then discards its state"
)]
pub trait IntoClosed {
    /// Whether the closing function succeeded.
    ///
    /// # Errors
    ///
    /// The closing function failed.
    fn into_closed(self) -> Result<(), Failure>;
}

impl IntoClosed for () {
    fn into_closed(self) -> Result<(), Failure> {
        Ok(())
    }
}

impl<E: IntoFailure> IntoClosed for Result<(), E> {
    fn into_closed(self) -> Result<(), Failure> {
        self.map_err(E::into_failure)
    }
}

/// Calls the closing function.
pub(super) async fn call<T, C: Receive<Window<T>>>(
    close: &C,
    window: Window<T>,
    deadline: &mut Deadline,
) -> Result<(), WindowError> {
    let mut closing = pin!(Contained::new(panic::catch_async(|| close.receive(window))));
    let closed = if deadline.has_passed() {
        None
    } else {
        deadline.limit(closing.as_mut()).await
    };
    let failure = match closed {
        Some(Ok(Ok(()))) => return Ok(()),
        Some(Ok(Err(failure))) => failure,
        Some(Err(panic)) => Failure::panic("the closing function", panic),
        None => {
            closing.discard();
            Failure::timeout("the closing function did not finish by the deadline".to_owned())
        }
    };
    let error = panic::display(&failure);
    panic::discard(failure);
    Err(WindowError::NotClosed { error })
}
