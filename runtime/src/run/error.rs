//! The error of the entry points.

use std::fmt;

use crate::error::{BoxError, Chain};

/// Why [`run`](fn@crate::run) stopped. If `main` returns it, Rust prints the full text.
pub struct Error(pub(super) Cause);

pub(super) enum Cause {
    NotInLambda { variable: &'static str },
    Runtime(BoxError),
}

impl Error {
    pub(super) fn runtime(error: BoxError) -> Self {
        Self(Cause::Runtime(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::NotInLambda { variable } => write!(
                f,
                "this is an AWS Lambda function, and it was not started by Lambda: {variable} is \
                 not set, or not as Lambda sets it.\n\
                 To run it on this machine (`pip install cargo-lambda` installs the tool):\n\
                 \n    cargo lambda watch\n\n\
                 (in a workspace with `-p PACKAGE`), and in another terminal:\n\
                 \n    cargo lambda invoke BIN --data-file event.json\n\n\
                 To test it without Lambda, call the record handler itself, or its `batch`."
            ),
            Cause::Runtime(error) => {
                write!(f, "the Lambda runtime stopped: {}", Chain(&**error))
            }
        }
    }
}

/// Same as `Display`, since Rust prints the `Debug` form of an error that `main` returns.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Cause::NotInLambda { .. } => None,
            Cause::Runtime(error) => error.source(),
        }
    }
}
