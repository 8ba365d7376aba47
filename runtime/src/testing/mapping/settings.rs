//! The settings of a mapping, its event source and its function, with AWS's defaults.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    Faults, KafkaResume, MalformedResponse, OddSplit, OversizedRecord, RestWithoutRetries,
    StartingPosition,
};
use crate::testing::{
    ledger::Ledger,
    put::{Distribution, SourceKind},
    time::{START, millis},
};

/// The settings of a mapping, its event source and its function.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "AWS's settings are switches")]
pub(crate) struct MappingSettings {
    pub(crate) kind: SourceKind,
    pub(crate) batch_size: usize,
    pub(crate) batching_window: Duration,
    pub(crate) report_batch_item_failures: bool,
    pub(crate) function_timeout: Duration,
    pub(crate) filter: Option<Filter>,
    pub(crate) faults: Faults,
    pub(crate) ledger: Option<Ledger>,
    pub(crate) invocation_limit: usize,
    pub(crate) malformed_response: MalformedResponse,
    pub(crate) oversized_record: OversizedRecord,
    /// How long the stream, queue or topic keeps records.
    pub(crate) retention: Duration,
    pub(crate) distribution: Distribution,
    /// `None`: after the last put.
    pub(crate) enabled_after: Option<Duration>,
    pub(crate) starting_position: StartingPosition,
    /// The first and the longest pause before a retry.
    pub(crate) retry_backoff: [Duration; 2],
    /// `None`: until the records expire.
    pub(crate) maximum_retry_attempts: Option<u32>,
    pub(crate) maximum_record_age: Option<Duration>,
    pub(crate) bisect_batch_on_function_error: bool,
    pub(crate) on_failure_destination: bool,
    pub(crate) tumbling_window: Duration,
    pub(crate) odd_split: OddSplit,
    pub(crate) rest_without_retries: RestWithoutRetries,
    pub(crate) visibility_timeout: Duration,
    pub(crate) max_receive_count: Option<u32>,
    pub(crate) maximum_concurrency: usize,
    pub(crate) provisioned_mode: bool,
    pub(crate) kafka_resume: KafkaResume,
}

/// Which records the function gets.
#[derive(Clone)]
pub(crate) struct Filter(pub(super) Arc<dyn Fn(&Value) -> bool + Send + Sync>);

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

const HOUR: Duration = Duration::from_secs(3600);

impl MappingSettings {
    /// AWS's defaults.
    pub(crate) fn new(kind: SourceKind) -> Self {
        Self {
            kind,
            batch_size: if kind.is_queue() { 10 } else { 100 },
            batching_window: Duration::ZERO,
            report_batch_item_failures: false,
            function_timeout: Duration::from_secs(3),
            filter: None,
            faults: Faults::default(),
            ledger: None,
            invocation_limit: 100,
            malformed_response: MalformedResponse::default(),
            oversized_record: OversizedRecord::default(),
            retention: match kind {
                SourceKind::Kinesis | SourceKind::DynamoDb => 24 * HOUR,
                SourceKind::Sqs | SourceKind::Fifo => 4 * 24 * HOUR,
                SourceKind::Kafka => 7 * 24 * HOUR,
            },
            distribution: Distribution::default(),
            enabled_after: None,
            starting_position: StartingPosition::default(),
            retry_backoff: [Duration::ZERO; 2],
            maximum_retry_attempts: None,
            maximum_record_age: None,
            bisect_batch_on_function_error: false,
            on_failure_destination: false,
            tumbling_window: Duration::ZERO,
            odd_split: OddSplit::default(),
            rest_without_retries: RestWithoutRetries::default(),
            visibility_timeout: Duration::from_secs(30),
            max_receive_count: None,
            maximum_concurrency: 5,
            provisioned_mode: false,
            kafka_resume: KafkaResume::default(),
        }
    }

    /// When the mapping is enabled, in milliseconds since 1970, if `records` records are put.
    pub(crate) fn enabled_at(&self, records: usize) -> u64 {
        match self.enabled_after {
            Some(elapsed) => START + millis(elapsed),
            None => self.distribution.arrival(records),
        }
    }

    /// Whether the function gets a record with this JSON.
    pub(crate) fn passes_filter(&self, record: &Value) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.0(record))
    }

    /// How long a mapping waits after `failures` failures in a row, in milliseconds.
    pub(crate) fn backoff(&self, failures: u32) -> u64 {
        let [first, longest] = self.retry_backoff.map(millis);
        let doubled = 1_u64.checked_shl(failures.saturating_sub(1).min(40));
        first
            .saturating_mul(doubled.unwrap_or(u64::MAX))
            .min(longest)
    }

    /// The settings for the report: the batch size, and all that differ from AWS's defaults.
    pub(crate) fn describe(&self) -> Vec<String> {
        let defaults = Self::new(self.kind);
        let mut settings = vec![format!("BatchSize {}", self.batch_size)];
        let mut push = |differs: bool, text: String| {
            if differs {
                settings.push(text);
            }
        };
        let seconds = |name: &str, duration: Duration| format!("{name} {}", duration.as_secs());
        push(
            !self.batching_window.is_zero(),
            seconds("MaximumBatchingWindowInSeconds", self.batching_window),
        );
        let Distribution {
            shards,
            parallelization_factor,
            partitions,
            ..
        } = self.distribution;
        push(shards > 1, format!("{shards} shards"));
        push(
            parallelization_factor > 1,
            format!("ParallelizationFactor {parallelization_factor}"),
        );
        push(partitions > 1, format!("{partitions} partitions"));
        if let Some(attempts) = self.maximum_retry_attempts {
            push(true, format!("MaximumRetryAttempts {attempts}"));
        }
        if let Some(age) = self.maximum_record_age {
            push(true, seconds("MaximumRecordAgeInSeconds", age));
        }
        push(
            self.bisect_batch_on_function_error,
            "BisectBatchOnFunctionError".to_owned(),
        );
        push(
            self.report_batch_item_failures,
            "ReportBatchItemFailures".to_owned(),
        );
        push(
            self.on_failure_destination,
            "OnFailure destination".to_owned(),
        );
        push(
            !self.tumbling_window.is_zero(),
            seconds("TumblingWindowInSeconds", self.tumbling_window),
        );
        push(
            self.kind.is_queue() && self.visibility_timeout != defaults.visibility_timeout,
            seconds("VisibilityTimeout", self.visibility_timeout),
        );
        if let Some(count) = self.max_receive_count {
            push(true, format!("maxReceiveCount {count}"));
        }
        push(
            self.function_timeout != defaults.function_timeout,
            seconds("Timeout", self.function_timeout),
        );
        push(
            self.faults.any(),
            format!("faults (seed {})", self.faults.seed()),
        );
        settings
    }
}
