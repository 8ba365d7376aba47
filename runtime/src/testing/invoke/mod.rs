//! How a call is made and read.

#[cfg(feature = "testing-executable")]
pub(crate) mod executable;
pub(crate) mod handler;
#[cfg(feature = "testing-executable")]
pub(crate) mod http;
pub(crate) mod judge;
pub(crate) mod response;
