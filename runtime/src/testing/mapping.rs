//! The event source mapping: its settings, and the loop that runs it.

use std::{fmt, marker::PhantomData, ops::Range};

use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::{Deserialize, Serialize};

use super::{
    document::OnFailureDocument,
    handler,
    history::{End, History},
    ledger::Ledger,
    options::{MalformedResponse, OddSplit, RestWithoutRetries},
    record::{ItemChange, PutRecord, ShardRecord, StreamRecord, event},
    report::{Invocation, InvocationOutcome, RecordReport, Report, Unread},
    response::{self, Reading},
    shard::{Rules, Shard, Verdict},
};

/// An event source mapping: what stands between a stream and a function, with its settings in
/// AWS's own terms and with AWS's own defaults.
///
/// `S` is what can be put into the stream. The settings are those of "`CreateEventSourceMapping`"
/// in the Lambda API reference (`API_CreateEventSourceMapping.html`).
///
/// See the [module](crate::testing) for an example.
#[derive(Debug, Clone)]
#[must_use = "a mapping does nothing until it runs"]
pub struct EventSourceMapping<S> {
    rules: Rules,
    report_batch_item_failures: bool,
    on_failure_destination: bool,
    malformed_response: MalformedResponse,
    invocation_limit: usize,
    ledger: Option<Ledger>,
    stream: PhantomData<fn() -> S>,
}

impl EventSourceMapping<PutRecord> {
    /// A mapping of a Kinesis stream with one shard.
    pub fn kinesis() -> Self {
        Self::new()
    }
}

impl EventSourceMapping<ItemChange> {
    /// A mapping of a `DynamoDB` stream with one shard.
    pub fn dynamodb() -> Self {
        Self::new()
    }
}

impl<S: StreamRecord> EventSourceMapping<S> {
    fn new() -> Self {
        Self {
            rules: Rules {
                batch_size: 100,
                maximum_retry_attempts: None,
                bisect_batch_on_function_error: false,
                odd_split: OddSplit::default(),
                rest_without_retries: RestWithoutRetries::default(),
            },
            report_batch_item_failures: false,
            on_failure_destination: false,
            malformed_response: MalformedResponse::default(),
            invocation_limit: 100,
            ledger: None,
            stream: PhantomData,
        }
    }

    /// `BatchSize`: the most records that a batch has. Default: 100.
    ///
    /// # Panics
    ///
    /// It is not between 1 and 10,000.
    pub fn batch_size(mut self, records: usize) -> Self {
        assert!(
            (1..=10_000).contains(&records),
            "BatchSize is {records}, and must be 1 to 10000"
        );
        self.rules.batch_size = records;
        self
    }

    /// `MaximumRetryAttempts`: how often a batch is delivered again after its first time before it
    /// is discarded. Default: `None`, in AWS −1: until its records expire.
    ///
    /// The simulation has no time in which records expire; it ends at the
    /// [`invocation_limit`](Self::invocation_limit).
    ///
    /// # Panics
    ///
    /// It is over 10,000.
    pub fn maximum_retry_attempts(mut self, attempts: impl Into<Option<u32>>) -> Self {
        let attempts = attempts.into();
        if let Some(attempts) = attempts {
            assert!(
                attempts <= 10_000,
                "MaximumRetryAttempts is {attempts}, and must be at most 10000"
            );
        }
        self.rules.maximum_retry_attempts = attempts;
        self
    }

    /// `BisectBatchOnFunctionError`: whether a batch of which nothing is done is split in two. A
    /// split is no retry. Default: no.
    pub fn bisect_batch_on_function_error(mut self, on: bool) -> Self {
        self.rules.bisect_batch_on_function_error = on;
        self
    }

    /// `FunctionResponseTypes`: whether it has `ReportBatchItemFailures`. Without it any response
    /// is a success. Default: no.
    pub fn report_batch_item_failures(mut self, on: bool) -> Self {
        self.report_batch_item_failures = on;
        self
    }

    /// `DestinationConfig`: whether an on-failure destination is told of the records that are
    /// discarded. Without one they are lost. Default: no.
    pub fn on_failure_destination(mut self, on: bool) -> Self {
        self.on_failure_destination = on;
        self
    }

    /// Which half comes first when a batch of an odd number of records is split.
    pub fn odd_split(mut self, split: OddSplit) -> Self {
        self.rules.odd_split = split;
        self
    }

    /// What becomes of the rest of a batch after a partial response, with no retries allowed.
    pub fn rest_without_retries(mut self, rest: RestWithoutRetries) -> Self {
        self.rules.rest_without_retries = rest;
        self
    }

    /// How a response is read that is no response at all.
    pub fn malformed_response(mut self, reading: MalformedResponse) -> Self {
        self.malformed_response = reading;
        self
    }

    /// After how many invocations the simulation ends, if the stream is not empty before. What is
    /// left then is [`Fate::Blocked`](super::Fate::Blocked). Default: 100.
    pub fn invocation_limit(mut self, invocations: usize) -> Self {
        self.invocation_limit = invocations;
        self
    }

    /// Where the function notes what it started and finished. With it the report says for certain
    /// what is lost.
    pub fn ledger(mut self, ledger: &Ledger) -> Self {
        self.ledger = Some(ledger.clone());
        self
    }

    /// Puts the records into the stream, all at once, and invokes the handler with them as Lambda
    /// would, until the stream is empty.
    ///
    /// The handler is whatever one gives to [`stream_handler::run`](crate::run) or to
    /// `lambda_runtime`: a function's `batch`, or one written by hand. It gets the event through
    /// JSON, and its response is read as JSON. It may borrow. A panic of the handler is a function
    /// error.
    ///
    /// Needs no particular async runtime.
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
        let records: Vec<ShardRecord> = records
            .into_iter()
            .enumerate()
            .map(|(index, record)| ShardRecord::new(&record.into(), index))
            .collect();
        if let Some(ledger) = &self.ledger {
            ledger.clear();
        }
        let mut shard = Shard::new(records.len());
        let mut history = History::new(records.len());
        while let Some(batch) = shard.next(&self.rules) {
            if history.invocations.len() >= self.invocation_limit {
                history.reached_invocation_limit = true;
                break;
            }
            let number = history.invocations.len() + 1;
            let event = event(&records[batch.clone()]);
            let returned = handler::invoke(&mut handler, &event, handler::context(number)).await;
            self.settle(&mut shard, &mut history, &records, batch, returned);
        }
        self.report(&records, history)
    }

    /// Does with the shard what follows from what the function returned.
    fn settle(
        &self,
        shard: &mut Shard,
        history: &mut History,
        records: &[ShardRecord],
        batch: Range<usize>,
        returned: Result<Vec<u8>, Diagnostic>,
    ) {
        let number = history.invocations.len() + 1;
        let (outcome, verdict, doubtful) = self.judge(&records[batch.clone()], returned);
        let Some(settled) = shard.settle(&self.rules, verdict) else {
            return;
        };
        for index in batch.clone() {
            history.records[index].deliveries += 1;
        }
        for index in settled.done.clone() {
            let unread = doubtful.filter(|(named, _)| index >= batch.start + named);
            history.records[index].end = Some(End::Done {
                invocation: number,
                unread: unread.map(|(_, because)| because),
            });
        }
        if let Some((discarded, invocations)) = settled.discarded {
            let document = self
                .on_failure_destination
                .then(|| {
                    OnFailureDocument::retry_attempts_exhausted::<S>(
                        &records[discarded.clone()],
                        number,
                        invocations,
                        matches!(outcome, InvocationOutcome::FunctionError { .. }),
                    )
                })
                .flatten();
            let position = document.is_some().then_some(history.documents.len());
            history.documents.extend(document);
            for index in discarded {
                history.records[index].end = Some(End::Discarded {
                    invocation: number,
                    document: position,
                });
            }
        }
        let sequence_numbers = records[batch.clone()].iter();
        history.invocations.push(Invocation {
            number,
            sequence_numbers: sequence_numbers
                .map(|record| record.sequence_number.clone())
                .collect(),
            outcome,
            next_step: settled.next_step,
            batch,
            done: settled.done,
        });
    }

    /// Reads what the function returned; with it, if Lambda didn't read a response that names
    /// failures, the position of the first in the batch.
    fn judge(
        &self,
        batch: &[ShardRecord],
        returned: Result<Vec<u8>, Diagnostic>,
    ) -> (InvocationOutcome, Verdict, Option<(usize, Unread)>) {
        let response = match returned {
            Ok(response) => response,
            Err(Diagnostic {
                error_type,
                error_message,
            }) => {
                let outcome = InvocationOutcome::FunctionError {
                    error_type,
                    error_message: error_message.trim_end().to_owned(),
                };
                return (outcome, Verdict::Failure, None);
            }
        };
        let (reading, because) = if self.report_batch_item_failures {
            (
                response::read(&response, batch, self.malformed_response),
                Unread::NotUnderBatchItemFailures,
            )
        } else {
            (Reading::Success, Unread::ReportBatchItemFailuresOff)
        };
        match reading {
            Reading::Success => match response::first_named(&response, batch) {
                Some(position) => {
                    let outcome = InvocationOutcome::Ignored {
                        lowest_sequence_number: batch[position].sequence_number.clone(),
                        because,
                    };
                    (outcome, Verdict::Success, Some((position, because)))
                }
                None => (InvocationOutcome::Success, Verdict::Success, None),
            },
            Reading::Checkpoint(position) => {
                let checkpoint = batch[position].sequence_number.clone();
                (
                    InvocationOutcome::PartialSuccess { checkpoint },
                    Verdict::Checkpoint(position),
                    None,
                )
            }
            Reading::CompleteFailure(because) => (
                InvocationOutcome::CompleteFailure { because },
                Verdict::Failure,
                None,
            ),
        }
    }

    fn report(&self, records: &[ShardRecord], history: History) -> Report {
        let mut entries = self.ledger.as_ref().map(Ledger::snapshot);
        let reports = records
            .iter()
            .zip(&history.records)
            .map(|(record, seen)| {
                let entry = entries
                    .as_mut()
                    .map(|entries| entries.remove(&record.sequence_number).unwrap_or_default());
                let finished = entry.map(|entry| entry.finished);
                RecordReport {
                    sequence_number: record.sequence_number.clone(),
                    deliveries: seen.deliveries,
                    started: entry.map(|entry| entry.started),
                    finished,
                    fate: seen.fate(finished.map(|times| times > 0)),
                }
            })
            .collect();
        Report {
            event_source: S::NAME,
            settings: self.settings(),
            invocations: history.invocations,
            records: reports,
            on_failure_documents: history.documents,
            reached_invocation_limit: history.reached_invocation_limit,
            unknown_in_ledger: entries.unwrap_or_default().into_keys().collect(),
        }
    }

    /// The settings, for the report: those that differ from AWS's defaults.
    fn settings(&self) -> Vec<String> {
        let mut settings = vec![format!("BatchSize {}", self.rules.batch_size)];
        if let Some(attempts) = self.rules.maximum_retry_attempts {
            settings.push(format!("MaximumRetryAttempts {attempts}"));
        }
        let switches = [
            (
                self.rules.bisect_batch_on_function_error,
                "BisectBatchOnFunctionError",
            ),
            (self.report_batch_item_failures, "ReportBatchItemFailures"),
            (self.on_failure_destination, "OnFailure destination"),
        ];
        let on = switches.into_iter().filter(|(on, _)| *on);
        settings.extend(on.map(|(_, name)| name.to_owned()));
        settings
    }
}
