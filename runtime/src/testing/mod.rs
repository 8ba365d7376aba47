//! A simulator of event source mappings: what Lambda would do with a handler, without Lambda.
//!
//! An [`EventSourceMapping`] puts records into a stream, queue or topic, and invokes a handler with
//! batches of them, as Lambda does: it reads the response, retries, splits, discards and
//! dead-letters by the same rules, which are taken from the AWS documentation and, where that is
//! silent, from what mappings were observed to do. What is not known is an option:
//! [`MalformedResponse`], [`OddSplit`], [`RestWithoutRetries`], [`OversizedRecord`],
//! [`KafkaResume`]. The [`Report`] tells each invocation, and what became of each record.
//!
//! Simulated are Kinesis and `DynamoDB` streams, standard and FIFO queues, and Kafka topics. The
//! handler is any that `lambda_runtime` takes, annotated or written by hand. Events and responses
//! are JSON, so that a misspelt key or a wrong identifier shows here rather than in production.
//!
//! Visibility timeouts, pauses and windows take no time, and a simulation is the same each time it
//! runs. [`Faults`] make it worse.
//!
//! The [`guide`] shows how to test a handler, by the accidents that are most common.
//!
//! # Example
//!
//! The third record is bad. It is retried twice, then discarded; what comes after it is not held
//! up any longer, and the on-failure destination is told:
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
//!         2       □ □   split; reported record 3
//!         3       □     retry; reported record 3
//!         4       □     retry; reported record 3
//!         5       ✗     discarded; reported record 3
//!         6         ■   success
//! delivered   1 1 5 3
//!
//!            ■ done   □ delivered again   ✗ discarded
//!
//! nothing lost, 3 done, 1 discarded (record 3)
//! ```
//!
//! A handler that returns a response says itself which records it did. To be certain, let the
//! function note that in a [`Ledger`].

#[doc = include_str!("guide.md")]
pub mod guide {}
mod engine;
mod invoke;
mod mapping;
mod put;
mod report;
mod time;

#[cfg(feature = "testing-executable")]
pub use self::invoke::executable::Executable;
pub use self::{
    mapping::EventSourceMapping,
    mapping::faults::{Fault, Faults},
    mapping::undocumented::{
        KafkaResume, MalformedResponse, OddSplit, OversizedRecord, RestWithoutRetries,
        StartingPosition,
    },
    mapping::validate::InvalidSettings,
    put::{
        EventSource, FifoMessage, ItemChange, Message, PutRecord, QueueMessage, StreamRecord,
        TopicRecord,
    },
    report::document::{BatchInfo, OnFailureDocument, RequestContext, ResponseContext},
    report::ledger::Ledger,
    report::{
        Fate, Invocation, InvocationOutcome, Loss, NextStep, OrderViolation, RecordReport, Report,
        Unread,
    },
};
