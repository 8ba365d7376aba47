//! The parameters of a record handler other than the record.

use crate::Context;

/// Clones a shared value for one record.
pub fn shared<T: Shared>(value: &T) -> T {
    value.clone()
}

/// A type that a record handler can take as a shared parameter.
#[diagnostic::on_unimplemented(
    message = "a shared parameter of a record handler is cloned for each record, and `{Self}` is not `Clone`",
    label = "not `Clone`",
    note = "take it by reference, `&{Self}`, or in an `Arc<{Self}>`"
)]
pub trait Shared: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Shared for T {}

/// The invocation's context, for the parameter marked `#[context]`.
#[must_use]
pub fn context<'c, T: FromContext<'c>>(context: &'c Context) -> T {
    T::from_context(context)
}

/// A type that a parameter marked `#[context]` can have.
#[diagnostic::on_unimplemented(
    message = "a parameter marked `#[context]` can't be a `{Self}`",
    label = "expected `&Context` or `Context`",
    note = "the context is `stream_handler::Context`, which is `lambda_runtime::Context`"
)]
pub trait FromContext<'c> {
    /// The context as this type.
    fn from_context(context: &'c Context) -> Self;
}

impl<'c> FromContext<'c> for &'c Context {
    fn from_context(context: &'c Context) -> Self {
        context
    }
}

impl FromContext<'_> for Context {
    fn from_context(context: &Context) -> Self {
        context.clone()
    }
}
