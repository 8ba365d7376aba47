//! A simulator of event source mappings: tests what Lambda does with a handler, without Lambda.
//!
//! An [`EventSourceMapping`] puts records into a stream, queue or topic, and invokes a handler with
//! batches of them. It reads the responses, retries, splits, discards and dead-letters by the rules
//! in the AWS documentation, and, where that says nothing, by what real mappings were observed to
//! do. Undocumented behaviour is an option: [`MalformedResponse`], [`OddSplit`],
//! [`RestWithoutRetries`], [`OversizedRecord`], [`KafkaResume`]. The [`Report`] shows each
//! invocation and the [`Fate`] of each record.
//!
//! The simulator covers Kinesis and `DynamoDB` streams, standard and FIFO queues, and Kafka topics.
//! The handler is any that `lambda_runtime` accepts, generated or written by hand. Events and
//! responses pass through JSON, so the simulator finds misspelt keys and wrong identifiers.
//!
//! Visibility timeouts, retry back-off and batching windows take no real time, and every run of a
//! simulation is the same. [`Faults`] injects crashes, timeouts and duplicates.
//!
//! The [`guide`] shows how to test a handler, with three common mistakes.
//!
//! # Example
//!
//! The third record always fails. After two retries the mapping discards it, sends a document to the
//! on-failure destination, and continues with the fourth record:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use stream_handler::{kinesis::KinesisRecord, stream_handler};
//! use stream_handler::testing::{EventSourceMapping, Fate};
//!
//! #[stream_handler]
//! async fn on_line(line: KinesisRecord<String>) -> Result<(), String> {
//!     if line.data() == "bad" { Err("a bad line".to_owned()) } else { Ok(()) }
//! }
//!
//! let report = EventSourceMapping::kinesis()
//!     .report_batch_item_failures(true)
//!     .bisect_batch_on_function_error(true)
//!     .maximum_retry_attempts(2)
//!     .on_failure_destination(true)
//!     .run(["a", "b", "bad", "d"], on_line::batch)
//!     .await;
//!
//! report.assert_nothing_lost();
//! assert_eq!(report.batch_sizes(), [4, 2, 1, 1, 1, 1]);
//! assert_eq!(report.records()[2].fate, Fate::Discarded { document: 0 });
//! println!("{report}");
//! # });
//! ```
//!
//! ```text
//! Kinesis, 4 records: BatchSize 100, MaximumRetryAttempts 2,
//!   BisectBatchOnFunctionError, ReportBatchItemFailures, OnFailure destination
//! batch sizes: 4 → 2 → 1 → 1 → 1 → 1
//!
//!    record   1 2 3 4
//!         1   ■ ■ □ □   reported record 3
//!         2       □ □   reported record 3 → split
//!         3       □     reported record 3 → retry
//!         4       □     reported record 3 → retry
//!         5       ✗     reported record 3 → discarded
//!         6         ■   success
//! delivered   1 1 5 3
//!
//!            ■ processed   □ delivered again   ✗ discarded
//!
//! nothing lost, 3 processed, 1 discarded (record 3)
//! ```
//!
//! This report relies on the handler's responses. To check the work itself, let the record handler
//! note it in a [`Ledger`].

mod account;
mod engine;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod invoke;
mod ledger;
mod mapping;
mod put;
mod report;
mod run;
mod time;

// What you set.
pub use self::mapping::{
    EventSourceMapping, Fault, Faults, InvalidSettings, KafkaResume, MalformedResponse, OddSplit,
    OversizedRecord, RestWithoutRetries, StartingPosition,
};
// What you put.
pub use self::put::{
    EventSource, FifoMessage, ItemChange, Message, PutRecord, QueueMessage, StreamRecord,
    TopicRecord,
};
// What you run.
#[cfg(feature = "testing_executable")]
pub use self::invoke::Executable;
pub use self::ledger::Ledger;
// What comes out.
pub use self::report::{
    BatchInfo, Fate, Invocation, InvocationOutcome, Loss, NextStep, OnFailureDocument,
    OrderViolation, RecordReport, Report, RequestContext, ResponseContext, WhyIgnored,
};
