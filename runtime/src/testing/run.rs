//! Runs a simulation.

use std::fmt;

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde::{Deserialize, Serialize};

#[cfg(feature = "testing_executable")]
use super::invoke::{Environments, Executable};
use super::{
    engine,
    invoke::invoke,
    mapping::EventSourceMapping,
    put::EventSource,
    report::{Report, summarize},
};

impl<S: EventSource> EventSourceMapping<S> {
    /// Puts the records into the stream, queue or topic, and invokes the handler with batches of
    /// them, as Lambda would, until none is left.
    ///
    /// The handler is anything that [`stream_handler::run`](crate::run) or `lambda_runtime` accepts:
    /// the `batch` function of a record handler, or a handler written by hand. It may borrow. It
    /// receives the event through JSON, and its response is read as JSON. If it panics, that is a
    /// function error. Invocations that Lambda would process at the same time take turns at their
    /// `await`s.
    ///
    /// Waiting takes no time, and any async runtime will do. On a Tokio runtime with a paused clock
    /// (`#[tokio::test(start_paused = true)]`), the simulation uses that clock. Then time that the
    /// handler sleeps passes for the simulation as well, and takes no real time either.
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
            invoke(&mut handler, &event, context)
        })
        .await
    }

    /// Like [`run`](Self::run), with an executable as the function. So the loop of its Lambda
    /// runtime is tested as well.
    ///
    /// Needs a Tokio runtime with I/O and timers, and a clock that is not paused.
    ///
    /// # Panics
    ///
    /// AWS would refuse the settings, or there is no Tokio runtime.
    #[cfg(feature = "testing_executable")]
    pub async fn run_executable<I>(&self, records: I, executable: &Executable) -> Report
    where
        I: IntoIterator,
        I::Item: Into<S>,
    {
        let environments = Environments::new(executable);
        let environments = &environments;
        let records = records.into_iter().map(Into::into).collect();
        self.simulate(records, |event, context| {
            environments.invoke(event, context)
        })
        .await
    }

    async fn simulate<Fut>(
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
        let records = S::store(records, &settings.distribution);
        if let Some(ledger) = &settings.ledger {
            ledger.clear();
        }
        let (history, elapsed) = engine::simulate(settings, &records, invoke).await;
        summarize(settings, &records, history, elapsed)
    }
}
