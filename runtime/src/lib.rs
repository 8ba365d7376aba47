//! See the README; the full text follows with the docs.

mod batch;
mod driver;
mod error;
mod event;
mod log;
mod outcome;
mod panic;
mod payload;
mod record;
mod response;
#[cfg(feature = "run")]
mod run;
pub mod source;

#[cfg(feature = "aws_lambda_events")]
mod aws_events;

#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
pub mod __private;

#[cfg(feature = "dynamodb")]
pub use crate::source::dynamodb;
#[cfg(feature = "kinesis")]
pub use crate::source::kinesis;
#[cfg(feature = "sqs")]
pub use crate::source::sqs;

#[cfg(feature = "run")]
pub use crate::run::{Error, run};
pub use crate::{
    batch::{Batch, Outcomes},
    error::{BatchError, BoxError, DecodeError, EventError},
    event::Event,
    outcome::{Failure, IntoFailure, IntoOutcome, Outcome, Reason, Success},
    payload::{Data, Deserializable, Json, Payload},
    record::{RawRecord, Record},
    response::{BatchResponse, ItemIdentifier},
    source::Source,
};
pub use bytes::Bytes;
pub use lambda_runtime::{self, Context, LambdaEvent};
#[cfg(feature = "macros")]
#[doc = include_str!("stream_handler.md")]
pub use stream_handler_macros::stream_handler;
