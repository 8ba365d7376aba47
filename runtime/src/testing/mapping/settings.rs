//! The settings of a mapping, and of what it reads from.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::Value;

use crate::testing::{
    mapping::faults::Faults,
    mapping::undocumented::{
        KafkaResume, MalformedResponse, OddSplit, OversizedRecord, RestWithoutRetries,
        StartingPosition,
    },
    put::Kind,
    time::{START, millis},
};

/// The settings of a mapping, and of what it reads from.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "AWS's are switches")]
pub(crate) struct Settings {
    pub(crate) kind: Kind,
    pub(crate) batch_size: usize,
    pub(crate) batching_window: Duration,
    pub(crate) report_batch_item_failures: bool,
    pub(crate) function_timeout: Duration,
    pub(crate) filter: Option<Filter>,
    pub(crate) faults: Faults,
    pub(crate) invocation_limit: usize,
    pub(crate) malformed_response: MalformedResponse,
    pub(crate) oversized_record: OversizedRecord,
    /// Of the stream, the queue or the topic.
    pub(crate) retention: Duration,
    pub(crate) put_every: Duration,
    /// `None`: when all records are put.
    pub(crate) enabled_after: Option<Duration>,
    pub(crate) starting_position: StartingPosition,
    /// The first pause before a retry, and the longest.
    pub(crate) retry_backoff: [Duration; 2],
    pub(crate) shards: usize,
    pub(crate) parallelization_factor: usize,
    /// `None`: until the records expire.
    pub(crate) maximum_retry_attempts: Option<u32>,
    pub(crate) maximum_record_age: Option<Duration>,
    pub(crate) bisect: bool,
    pub(crate) on_failure_destination: bool,
    pub(crate) tumbling_window: Duration,
    pub(crate) odd_split: OddSplit,
    pub(crate) rest_without_retries: RestWithoutRetries,
    pub(crate) visibility_timeout: Duration,
    pub(crate) max_receive_count: Option<u32>,
    pub(crate) maximum_concurrency: usize,
    pub(crate) partitions: usize,
    pub(crate) consumers: usize,
    pub(crate) provisioned_mode: bool,
    pub(crate) kafka_resume: KafkaResume,
}

/// Which records the function gets.
#[derive(Clone)]
pub(crate) struct Filter(pub(crate) Arc<dyn Fn(&Value) -> bool + Send + Sync>);

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

const HOUR: Duration = Duration::from_secs(3600);

impl Settings {
    /// AWS's defaults.
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            batch_size: if kind.is_queue() { 10 } else { 100 },
            batching_window: Duration::ZERO,
            report_batch_item_failures: false,
            function_timeout: Duration::from_secs(3),
            filter: None,
            faults: Faults::default(),
            invocation_limit: 100,
            malformed_response: MalformedResponse::default(),
            oversized_record: OversizedRecord::default(),
            retention: match kind {
                Kind::Kinesis | Kind::DynamoDb => 24 * HOUR,
                Kind::Sqs | Kind::Fifo => 4 * 24 * HOUR,
                Kind::Kafka => 7 * 24 * HOUR,
            },
            put_every: Duration::from_millis(1),
            enabled_after: None,
            starting_position: StartingPosition::default(),
            retry_backoff: [Duration::ZERO; 2],
            shards: 1,
            parallelization_factor: 1,
            maximum_retry_attempts: None,
            maximum_record_age: None,
            bisect: false,
            on_failure_destination: false,
            tumbling_window: Duration::ZERO,
            odd_split: OddSplit::default(),
            rest_without_retries: RestWithoutRetries::default(),
            visibility_timeout: Duration::from_secs(30),
            max_receive_count: None,
            maximum_concurrency: 5,
            partitions: 1,
            consumers: 1,
            provisioned_mode: false,
            kafka_resume: KafkaResume::default(),
        }
    }

    /// When a record was put, by its position, in milliseconds since 1970.
    pub(crate) fn arrival(&self, index: usize) -> u64 {
        START + millis(self.put_every).saturating_mul(index as u64)
    }

    /// When the mapping begins to read so many records, in milliseconds since 1970.
    pub(crate) fn enabled_at(&self, records: usize) -> u64 {
        match self.enabled_after {
            Some(after) => START + millis(after),
            None => self.arrival(records),
        }
    }

    /// For how long a mapping waits after so many failures in a row, in milliseconds.
    pub(crate) fn backoff(&self, failures: u32) -> u64 {
        let [first, longest] = self.retry_backoff.map(millis);
        let doubled = 1_u64.checked_shl(failures.saturating_sub(1).min(40));
        first
            .saturating_mul(doubled.unwrap_or(u64::MAX))
            .min(longest)
    }

    /// The settings, for the report: those that matter, or differ from AWS's defaults.
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
        push(self.shards > 1, format!("{} shards", self.shards));
        push(
            self.parallelization_factor > 1,
            format!("ParallelizationFactor {}", self.parallelization_factor),
        );
        push(
            self.partitions > 1,
            format!("{} partitions", self.partitions),
        );
        if let Some(attempts) = self.maximum_retry_attempts {
            push(true, format!("MaximumRetryAttempts {attempts}"));
        }
        if let Some(age) = self.maximum_record_age {
            push(true, seconds("MaximumRecordAgeInSeconds", age));
        }
        push(self.bisect, "BisectBatchOnFunctionError".to_owned());
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
        if let Some(seed) = self.faults.seed() {
            push(true, format!("faults (seed {seed})"));
        }
        settings
    }
}
