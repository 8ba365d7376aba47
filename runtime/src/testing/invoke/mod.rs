//! How the function is called, and how Lambda reads what it returns.

mod context;
#[cfg(feature = "testing_executable")]
mod executable;
mod handler;
mod judge;
mod response;
#[cfg(feature = "testing_executable")]
mod runtime_api;

#[cfg(feature = "testing_executable")]
pub(crate) use self::executable::Environments;
#[cfg(feature = "testing_executable")]
pub use self::executable::Executable;
pub(crate) use self::{
    context::context,
    handler::invoke,
    judge::{IgnoredFailures, Judged, Returned, Verdict, judge},
};
