//! Turns a function for one record into an AWS Lambda batch handler.
//!
//! ```no_run
//! use stream_handler::{Json, kinesis::KinesisRecord, stream_handler};
//!
//! #[derive(serde::Deserialize)]
//! struct Order {
//!     id: u64,
//! }
//!
//! # struct Db;
//! # impl Db { async fn insert(&self, _: u64, _: &str) -> Result<(), std::io::Error> { Ok(()) } }
//! /// Handles one record. Unit tests call it like any function.
//! #[stream_handler]
//! async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), std::io::Error> {
//!     db.insert(order.data().id, order.partition_key()).await
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), stream_handler::Error> {
//!     let db = Db;
//!     stream_handler::run(|batch| on_order::batch(batch, &db)).await
//! }
//! ```
//!
//! `on_order` is the *record handler*. The attribute adds the *batch handler* `on_order::batch`.
//! It takes an event with many records and returns the partial batch response that Lambda expects.
//! Lambda then delivers the unprocessed records again instead of the whole batch. No record is ever
//! silently lost.
//!
//! **Turn on `ReportBatchItemFailures`** in the
//! [event source mapping](https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html),
//! and for Kafka also
//! [provisioned mode](https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html).
//! Otherwise Lambda ignores the response and treats every batch as processed: failed records are lost.
//!
//! # Where to look
//!
//! | question | page |
//! |---|---|
//! | What can a record handler take and return? | [`#[stream_handler]`](macro@stream_handler) |
//! | What can be configured? | [Options](docs::options) |
//! | Which record types are there? | [`kinesis`], [`dynamodb`], [`sqs`], [`kafka`]; `firehose` and `s3_batch` with their Cargo features |
//! | Which payloads can a record have? | [`Payload`]; [`sns`], [`eventbridge`] and [`s3`] for messages of these services |
//! | How do I test? | [Testing](docs::testing), and the simulator `testing` with its Cargo feature |
//! | How do I run it, with layers, or several invocations at a time? | [Running](docs::running) |
//! | What does Lambda do with the response? | [How Lambda redelivers](docs::redelivery) |
//! | What does this error mean? | [Reading the errors](docs::errors) |
//! | Anything else? | [Questions](docs::faq), [Coming from a loop by hand](docs::from_a_loop), [Comparison](docs::comparison) |
//! | How do I add an event source? | [`Source`] and [`Record`] |
//!
//! # What happens to a batch
//!
//! 1. The event is split into its records. A malformed record can't affect the others.
//! 2. The records are handled in the order of the batch, or several at a time with
//!    [`concurrency`](docs::options#concurrency). Each record is decoded and passed to the record
//!    handler.
//! 3. Every record starts as unprocessed, and counts as processed when the record handler returns
//!    success. An error, a panic, a payload that can't be decoded, and an exceeded time limit are
//!    [failures](Failure). The source determines what a failure stops.
//! 4. The [response](BatchResponse) reports the unprocessed records.
//!
//! | source | a failure stops | the response reports |
//! |---|---|---|
//! | Kinesis, DynamoDB Streams | the batch | the first unprocessed record: the checkpoint |
//! | SQS, standard | nothing | every unprocessed message |
//! | SQS, FIFO | its message group | every unprocessed message |
//! | Kafka | its partition | every unprocessed record |
//! | Data Firehose, S3 Batch Operations | nothing | a result for every record |
//!
//! The invocation fails as a whole if a response would lose records ([`BatchError`]), for example if the
//! event is from another source, or if an unprocessed record has no identifier.
//!
//! Failures are logged with [`tracing`](https://docs.rs/tracing):
//! [an example](docs::errors#the-log-line-of-a-failure). If a record can't be decoded, its log line
//! contains none of its data ([`DecodeError::unredacted`]).
//!
//! # Cargo features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `kinesis`, `dynamodb`, `sqs`, `kafka` | yes | the event sources |
//! | `run` | yes | [`run`](fn@run), with a `tracing` subscriber for Lambda's logs |
//! | `run_concurrent` | no | `run_concurrent`, for Lambda Managed Instances |
//! | `firehose`, `s3_batch` | no | Data Firehose transformations, S3 Batch Operations |
//! | `kpl` | no | `kinesis::UserRecord`: the records in aggregates of the Kinesis Producer Library |
//! | `aws_lambda_events` | no | the record types of that crate as first parameters |
//! | `aws_sdk_dynamodb` | no | conversion of an image's attributes into attributes of the AWS SDK |
//! | `testing` | no | the simulator of event source mappings |
//! | `testing_executable` | no | executables in the simulator, with a Runtime API on the loopback interface |
//!
//! # Stability
//!
//! Semantic versioning covers the public items, the options of the attribute, the Cargo features, the
//! `errorType`s of failed invocations, and which response a batch gets. It does not cover
//! `__private`, what the macro generates besides `batch`, the texts of errors and log lines, the
//! timeline that the simulator prints, and the text of [`docs`].
//!
//! The public API contains types of three other crates. This crate adopts a new major version of one of
//! them only in a new major version of its own (before 1.0, a new minor version):
//!
//! | crate | where |
//! |---|---|
//! | `lambda_runtime` 1 | [`LambdaEvent`], [`Context`], what [`run`](fn@run) and [`BodyLayer`] take, and the conversion of a [`BatchError`] |
//! | `bytes` 1 | [`Bytes`] as a payload and in DynamoDB's attributes |
//! | `serde_json` 1 | an event source of your own ([`Source`]), [`BatchError::UnwritableResponse`], `Transformed::json_line` of Firehose, and the simulator's filters |
//!
//! The public API also contains items of `serde` 1 and, with their Cargo features, of
//! `aws_lambda_events` and `aws_sdk_dynamodb`.
//!
//! The minimum Rust version is 1.85. A new minor version may raise it, to a version that is at least
//! six months old.
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

#[cfg(any(doc, doctest))]
pub mod docs;

#[doc(hidden)]
pub mod __private;

#[cfg(feature = "dynamodb")]
#[doc(inline)]
pub use crate::source::dynamodb;
#[cfg(feature = "firehose")]
#[doc(inline)]
pub use crate::source::firehose;
#[cfg(feature = "kafka")]
#[doc(inline)]
pub use crate::source::kafka;
#[cfg(feature = "kinesis")]
#[doc(inline)]
pub use crate::source::kinesis;
#[cfg(feature = "s3_batch")]
#[doc(inline)]
pub use crate::source::s3_batch;
#[cfg(feature = "sqs")]
#[doc(inline)]
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
        identifier::ItemIdentifier,
        record::{RawRecord, Record},
    },
};
// `doc(inline)` lists it beside `Record` and not under "Re-exports".
#[doc(inline)]
pub use crate::source::Source;
pub use bytes::Bytes;
pub use lambda_runtime::{self, Context, LambdaEvent};
#[doc = include_str!("docs/attribute.md")]
pub use stream_handler_macros::stream_handler;

/// Tests the README's example. `README.md` is a symlink in the repository and a file in the package.
#[cfg(all(doctest, feature = "kinesis", feature = "run"))]
#[doc = include_str!("../README.md")]
struct Readme;
