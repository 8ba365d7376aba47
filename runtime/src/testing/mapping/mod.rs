//! The event source mapping: its settings, and how it runs.

pub(crate) mod faults;
pub(crate) mod settings;
pub(crate) mod undocumented;
pub(crate) mod validate;

mod kafka;
mod queue;
mod stream;

use std::{fmt, marker::PhantomData, sync::Arc, time::Duration};

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::testing::{
    engine,
    invoke::handler,
    mapping::faults::Faults,
    mapping::settings::{Filter, Settings},
    mapping::undocumented::{MalformedResponse, OversizedRecord},
    mapping::validate::InvalidSettings,
    put::EventSource,
    report::Report,
    report::ledger::Ledger,
    report::summary,
};

/// An event source mapping: what stands between a stream, queue or topic and a function, with its
/// settings in AWS's own terms and with AWS's own defaults.
///
/// `S` is what can be put into the event source. The settings are those of
/// "`CreateEventSourceMapping`" in the Lambda API reference (`API_CreateEventSourceMapping.html`);
/// where AWS takes seconds these take a [`Duration`] of whole seconds. They are checked when the
/// mapping runs, all together, as AWS checks them: see [`validate`](Self::validate).
///
/// See the [module](crate::testing) for an example.
#[derive(Debug, Clone)]
#[must_use = "a mapping does nothing until it runs"]
pub struct EventSourceMapping<S> {
    settings: Settings,
    ledger: Option<Ledger>,
    source: PhantomData<fn() -> S>,
}

impl<S: EventSource> EventSourceMapping<S> {
    fn new() -> Self {
        Self {
            settings: Settings::new(S::KIND),
            ledger: None,
            source: PhantomData,
        }
    }

    /// `BatchSize`: the most records that a batch has, 1 to 10,000; for FIFO queues 10. Default:
    /// 100, and 10 for queues.
    ///
    /// A batch is also cut where its event would be larger than 6 MB.
    pub fn batch_size(mut self, records: usize) -> Self {
        self.settings.batch_size = records;
        self
    }

    /// `MaximumBatchingWindowInSeconds`: how long the mapping gathers records for a batch that is
    /// not full, 0 to 300 s. Default: 0, whatever is there is delivered.
    pub fn maximum_batching_window(mut self, window: Duration) -> Self {
        self.settings.batching_window = window;
        self
    }

    /// `FunctionResponseTypes`: whether it has `ReportBatchItemFailures`. Without it any response
    /// is a success. Default: no.
    pub fn report_batch_item_failures(mut self, on: bool) -> Self {
        self.settings.report_batch_item_failures = on;
        self
    }

    /// `FilterCriteria`: which records the function gets, by their JSON in an event. Others count
    /// as read, or are deleted from the queue. Default: all.
    ///
    /// A pattern is a function here.
    pub fn filter(mut self, passes: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        self.settings.filter = Some(Filter(Arc::new(passes)));
        self
    }

    /// The function's `Timeout`, 1 to 900 s. Default: 3 s.
    ///
    /// An invocation that takes longer is dropped at an `await`, and counts as a function error.
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

    /// How long after each other records are put. Default: 1 ms.
    pub fn put_every(mut self, interval: Duration) -> Self {
        self.settings.put_every = interval;
        self
    }

    /// When the mapping begins to read, after the first record was put. Default: when all are.
    pub fn enabled_after(mut self, after: Duration) -> Self {
        self.settings.enabled_after = Some(after);
        self
    }

    /// Faults to inject. Default: none.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.settings.faults = faults;
        self
    }

    /// How a response is read that is no response at all.
    pub fn malformed_response(mut self, reading: MalformedResponse) -> Self {
        self.settings.malformed_response = reading;
        self
    }

    /// What becomes of a record that is larger than 6 MB.
    pub fn oversized_record(mut self, record: OversizedRecord) -> Self {
        self.settings.oversized_record = record;
        self
    }

    /// After how many invocations the simulation ends, if records are left then. They are
    /// [`Fate::Blocked`](super::Fate::Blocked). Default: 100.
    pub fn invocation_limit(mut self, invocations: usize) -> Self {
        self.settings.invocation_limit = invocations;
        self
    }

    /// Where the function notes what it started and finished. With it the report says for certain
    /// what is lost.
    pub fn ledger(mut self, ledger: &Ledger) -> Self {
        self.ledger = Some(ledger.clone());
        self
    }

    /// Checks the settings as AWS does when a mapping is created.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        self.settings.validate()
    }

    /// Puts the records into the stream, queue or topic, and invokes the handler with them as
    /// Lambda would, until none is left.
    ///
    /// The handler is whatever one gives to [`stream_handler::run`](crate::run) or to
    /// `lambda_runtime`: a function's `batch`, or one written by hand. It gets the event through
    /// JSON, and its response is read as JSON. It may borrow. A panic of the handler is a function
    /// error. Several invocations may run at once, in turns: at their `await`s.
    ///
    /// Waiting takes no time, and needs no particular async runtime. On a Tokio runtime with a
    /// paused clock (`#[tokio::test(start_paused = true)]`) the simulation runs on that clock, and
    /// so what the handler sleeps passes for Lambda too, at once.
    ///
    /// # Panics
    ///
    /// AWS would refuse the settings: see [`validate`](Self::validate).
    pub async fn run<I, T, R, E, F, Fut>(&self, records: I, mut handler: F) -> Report
    where
        I: IntoIterator,
        I::Item: Into<S>,
        T: for<'de> Deserialize<'de>,
        F: FnMut(LambdaEvent<T>) -> Fut,
        Fut: Future<Output = Result<R, E>>,
        R: Serialize,
        E: Into<Diagnostic> + fmt::Debug,
    {
        let records = records.into_iter().map(Into::into).collect();
        self.simulate(records, |event, context| {
            handler::invoke(&mut handler, &event, context)
        })
        .await
    }

    pub(crate) async fn simulate<Fut>(
        &self,
        records: Vec<S>,
        invoke: impl FnMut(Vec<u8>, Context) -> Fut,
    ) -> Report
    where
        Fut: Future<Output = Result<Vec<u8>, Diagnostic>>,
    {
        if let Err(error) = self.validate() {
            panic!("InvalidParameterValueException: {error}");
        }
        let settings = &self.settings;
        let records = S::records(records, settings);
        if let Some(ledger) = &self.ledger {
            ledger.clear();
        }
        let (history, elapsed) = engine::simulate(settings, &records, invoke).await;
        summary::report(settings, &records, history, elapsed, self.ledger.as_ref())
    }
}
