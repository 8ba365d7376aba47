//! What you set: the event source mapping, its event source and its function.

mod faults;
mod kafka;
mod queue;
mod settings;
mod stream;
mod undocumented;
mod validate;

use std::{marker::PhantomData, sync::Arc, time::Duration};

use serde_json::Value;

pub(crate) use self::settings::MappingSettings;
pub use self::{
    faults::{Fault, Faults},
    undocumented::{
        KafkaResume, MalformedResponse, OddSplit, OversizedRecord, RestWithoutRetries,
        StartingPosition,
    },
    validate::InvalidSettings,
};
use super::{ledger::Ledger, put::EventSource};

/// An event source mapping: reads records from a stream, queue or topic, and invokes a function with
/// batches of them. Its settings have AWS's names and defaults.
///
/// `S` is the type of the records. "`CreateEventSourceMapping`" in the Lambda API reference
/// (`API_CreateEventSourceMapping.html`) documents the settings. Where AWS takes a number of
/// seconds, the method takes a [`Duration`] of whole seconds. All settings are checked when the
/// mapping runs: see [`validate`](Self::validate).
///
/// See the [module](crate::testing) for an example.
#[derive(Debug, Clone)]
#[must_use = "a mapping does nothing until it runs"]
pub struct EventSourceMapping<S> {
    pub(crate) settings: MappingSettings,
    source: PhantomData<fn() -> S>,
}

impl<S: EventSource> EventSourceMapping<S> {
    fn new() -> Self {
        Self {
            settings: MappingSettings::new(S::KIND),
            source: PhantomData,
        }
    }

    /// `BatchSize`: maximum number of records in a batch, 1 to 10,000, for FIFO queues 1 to 10.
    /// Default: 100 for streams and topics, 10 for queues.
    ///
    /// A batch has fewer records if its event would be larger than 6 MB.
    pub fn batch_size(mut self, records: usize) -> Self {
        self.settings.batch_size = records;
        self
    }

    /// `MaximumBatchingWindowInSeconds`: how long the mapping waits for a batch to fill, 0 to 300 s.
    /// Default: 0, it delivers the records that are there.
    pub fn maximum_batching_window(mut self, window: Duration) -> Self {
        self.settings.batching_window = window;
        self
    }

    /// Whether `FunctionResponseTypes` contains `ReportBatchItemFailures`. Without it, Lambda takes
    /// every response for a success. Default: `false`.
    pub fn report_batch_item_failures(mut self, on: bool) -> Self {
        self.settings.report_batch_item_failures = on;
        self
    }

    /// `FilterCriteria`: whether the function gets a record, decided by the record's JSON in an
    /// event. The mapping skips the other records of a stream or topic, and deletes the other
    /// messages of a queue. Default: the function gets all records.
    ///
    /// The filter is a Rust function in place of AWS's filter patterns.
    pub fn filter(mut self, passes: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        self.settings.filter = Some(settings::Filter(Arc::new(passes)));
        self
    }

    /// The function's `Timeout`, 1 to 900 s. Default: 3 s.
    ///
    /// An invocation that takes longer is a function error. The simulator drops its future at an
    /// `await`.
    pub fn function_timeout(mut self, timeout: Duration) -> Self {
        self.settings.function_timeout = timeout;
        self
    }

    /// How long the stream, queue or topic keeps records. Default: 24 hours for streams, 4 days for
    /// queues, 7 days for topics.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.settings.retention = retention;
        self
    }

    /// The time from one put to the next. Default: 1 ms.
    pub fn put_every(mut self, interval: Duration) -> Self {
        self.settings.distribution.put_every = interval;
        self
    }

    /// How long after the first put the mapping is enabled. Default: after the last put.
    pub fn enabled_after(mut self, elapsed: Duration) -> Self {
        self.settings.enabled_after = Some(elapsed);
        self
    }

    /// Faults to inject. Default: none.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.settings.faults = faults;
        self
    }

    /// What Lambda does after a response that it can't parse.
    pub fn malformed_response(mut self, reading: MalformedResponse) -> Self {
        self.settings.malformed_response = reading;
        self
    }

    /// What Lambda does with a record that is larger than 6 MB.
    pub fn oversized_record(mut self, record: OversizedRecord) -> Self {
        self.settings.oversized_record = record;
        self
    }

    /// Maximum number of invocations. If unprocessed records are left then, the simulation ends, and
    /// those records are [`Fate::Blocked`](crate::testing::Fate::Blocked). Default: 100.
    pub fn invocation_limit(mut self, invocations: usize) -> Self {
        self.settings.invocation_limit = invocations;
        self
    }

    /// Where the function notes which records it started and finished. The report then relies on the
    /// ledger rather than on the function's responses.
    pub fn ledger(mut self, ledger: &Ledger) -> Self {
        self.settings.ledger = Some(ledger.clone());
        self
    }

    /// Checks the settings as AWS does when you create a mapping.
    ///
    /// # Errors
    ///
    /// AWS would refuse the settings.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        self.settings.validate()
    }
}
