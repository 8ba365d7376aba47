//! Write a function for one record, put [`#[stream_handler]`](macro@stream_handler) on it, and get a
//! correct AWS Lambda handler for the whole batch, with the partial-batch response that keeps
//! Lambda from delivering what is done once more, and never loses what is not.
//!
//! ```no_run
//! use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};
//!
//! #[derive(serde::Deserialize)]
//! struct Order {
//!     id: u64,
//! }
//!
//! struct Db;
//!
//! /// One record. An ordinary function: call it in unit tests as it stands.
//! #[stream_handler]
//! async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), std::io::Error> {
//!     // db.insert(order.data().id, order.partition_key()).await
//! #   let _ = (order, db);
//! #   Ok(())
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), stream_handler::Error> {
//!     let db = Db;
//!     stream_handler::run(|batch| on_order::batch(batch, &db)).await
//! }
//! ```
//!
//! **Turn on `ReportBatchItemFailures`** on the event source mapping. Without it Lambda takes any
//! answer for a success, and the records it names are lost.
//!
//! # What happens to a batch
//!
//! The event is split into its records, each kept apart, so that one that is odd costs no other.
//! They are handled in the order of the batch: each is decoded, the function is called with it,
//! and what became of it is its [`Outcome`]. A record counts as undone until the function returned
//! success. An error, a panic and an undecodable payload are failures ([`Failure`], [`Reason`]);
//! after one the source decides what else is not started ([`source::Report`]), and how the
//! undone records are reported ([`BatchResponse`]).
//!
//! | source | after a failure | reported |
//! |---|---|---|
//! | Kinesis, DynamoDB Streams | nothing later in the batch is started: Lambda delivers it again anyway | the first undone record: the checkpoint |
//! | SQS, standard | the other messages go on | every undone message |
//! | SQS, FIFO | nothing later in the message group is started | every undone message |
//! | Kafka | nothing later in the partition is started | every undone record |
//! | Data Firehose, S3 Batch Operations | the others go on | every record is answered |
//!
//! In a tumbling window the response carries the state as well: see
//! [the attribute](macro@stream_handler#tumbling-windows).
//!
//! What can't be reported fails the invocation as a whole, on purpose: an event of another source
//! or shape, and an undone record without an identifier ([`BatchError`]).
//!
//! Each failure is logged through [`tracing`](https://docs.rs/tracing) at error level, with the
//! record's identifier and the whole chain of errors; each success at debug level; each batch, in
//! numbers, at info level. Errors of decoding show none of the record's data
//! ([`DecodeError::unredacted`]); the texts of the handler's errors are logged as they are.
//!
//! # Where to look
//!
//! - [`macro@stream_handler`]: parameters, options, what is generated.
//! - [`kinesis`], [`dynamodb`], [`sqs`], [`kafka`]: the record types. [`Payload`]: what is in them.
//! - [`sns`], [`eventbridge`], [`s3`]: what these services put into a queue.
//! - [`Window`]: tumbling windows.
//! - [`BodyLayer`]: a `lambda_runtime::Runtime` with layers of your own.
//! - [`Source`] and [`Record`]: a source of your own.
#![cfg_attr(
    feature = "testing",
    doc = "- [`testing`]: what Lambda does next with your answers."
)]
#![cfg_attr(
    not(feature = "testing"),
    doc = "- `testing`, with the Cargo feature of that name: what Lambda does next with your answers."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod batch;
mod body;
mod driver;
mod error;
mod event;
mod handler;
#[cfg_attr(
    not(all(feature = "dynamodb", feature = "kafka", feature = "sqs")),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "what is read depends on the sources"
    )
)]
mod json;
mod panic;
mod payload;
#[cfg(feature = "run")]
mod run;
pub mod source;

#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
pub mod __private;

#[cfg(feature = "dynamodb")]
pub use crate::source::dynamodb;
#[cfg(feature = "firehose")]
pub use crate::source::firehose;
#[cfg(feature = "kafka")]
pub use crate::source::kafka;
#[cfg(feature = "kinesis")]
pub use crate::source::kinesis;
#[cfg(feature = "s3_batch")]
pub use crate::source::s3_batch;
#[cfg(feature = "sqs")]
pub use crate::source::sqs;

#[cfg(feature = "run")]
pub use crate::run::{Error, Run, run};
#[cfg(feature = "run_concurrent")]
pub use crate::run::{RunConcurrent, run_concurrent};
pub use crate::{
    batch::{
        Batch,
        dead_letter::DeadLetter,
        report::{BatchSummary, Ending, ObservedRecord, Observer},
        response::BatchResponse,
        window::event::Window,
    },
    body::{BodyLayer, BodyService},
    error::{BatchError, BoxError, DecodeError, EventError, WindowError},
    event::Event,
    handler::{
        failure::{Failure, IntoFailure, Permanent, Reason},
        outcome::Outcome,
        returns::{IntoOutcome, Success},
    },
    payload::{Data, Deserializable, Json, Payload, eventbridge, s3, sns},
    source::{
        Source,
        identifier::ItemIdentifier,
        record::{RawRecord, Record},
    },
};
pub use bytes::Bytes;
pub use lambda_runtime::{self, Context, LambdaEvent};
#[doc = include_str!("docs/attribute.md")]
pub use stream_handler_macros::stream_handler;

/// The README's examples, as tests.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;
