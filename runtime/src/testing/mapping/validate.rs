//! Refuses the settings that AWS refuses, with AWS's messages.
//!
//! "`CreateEventSourceMapping`" (`API_CreateEventSourceMapping.html`), and for queues
//! "`SetQueueAttributes`" (`API_SetQueueAttributes.html`).

use std::{error::Error, fmt, time::Duration};

use super::{MappingSettings, StartingPosition};
use crate::testing::put::SourceKind;

/// Settings that AWS would refuse.
///
/// The message is AWS's own where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSettings(String);

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidSettings {}

/// AWS's message for a value that is out of range.
fn range(member: &str, value: u64, least: u64, most: u64) -> Result<(), InvalidSettings> {
    let bound = if value < least {
        format!("greater than or equal to {least}")
    } else if value > most {
        format!("less than or equal to {most}")
    } else {
        return Ok(());
    };
    Err(InvalidSettings(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: \
         Member must have value {bound}"
    )))
}

fn refuse(if_true: bool, message: impl FnOnce() -> String) -> Result<(), InvalidSettings> {
    if if_true {
        return Err(InvalidSettings(message()));
    }
    Ok(())
}

/// Checks a duration that AWS takes as a number of seconds.
fn seconds(member: &str, duration: Duration, least: u64, most: u64) -> Result<(), InvalidSettings> {
    refuse(duration.subsec_nanos() != 0, || {
        format!("'{member}' is {duration:?}, but must be whole seconds")
    })?;
    range(member, duration.as_secs(), least, most)
}

impl MappingSettings {
    pub(crate) fn validate(&self) -> Result<(), InvalidSettings> {
        range("batchSize", self.batch_size as u64, 1, 10_000)?;
        seconds(
            "maximumBatchingWindowInSeconds",
            self.batching_window,
            0,
            300,
        )?;
        seconds("timeout", self.function_timeout, 1, 900)?;
        for (_, rate) in self.faults.probabilities() {
            refuse(!(0.0..=1.0).contains(&rate), || {
                format!("the probability of a fault is {rate}, but must be from 0 to 1")
            })?;
        }
        match self.kind {
            SourceKind::Kinesis | SourceKind::DynamoDb => self.validate_stream(),
            SourceKind::Sqs | SourceKind::Fifo => self.validate_queue(),
            SourceKind::Kafka => self.validate_topic(),
        }
    }

    fn validate_stream(&self) -> Result<(), InvalidSettings> {
        const HOUR: u64 = 3600;
        refuse(self.distribution.shards == 0, || {
            "a stream needs at least one shard".to_owned()
        })?;
        let factor = self.distribution.parallelization_factor as u64;
        range("parallelizationFactor", factor, 1, 10)?;
        if let Some(attempts) = self.maximum_retry_attempts {
            range("maximumRetryAttempts", attempts.into(), 0, 10_000)?;
        }
        if let Some(age) = self.maximum_record_age {
            seconds("maximumRecordAgeInSeconds", age, 60, 604_800)?;
        }
        seconds("tumblingWindowInSeconds", self.tumbling_window, 0, 900)?;
        let most = if self.kind == SourceKind::Kinesis {
            8760
        } else {
            24
        };
        seconds("retentionPeriod", self.retention, 24 * HOUR, most * HOUR)?;
        let at_timestamp = matches!(self.starting_position, StartingPosition::AtTimestamp(_));
        refuse(self.kind == SourceKind::DynamoDb && at_timestamp, || {
            "Unsupported starting position for this event source type. \
             Valid starting positions are: [TRIM_HORIZON, LATEST]"
                .to_owned()
        })
    }

    fn validate_queue(&self) -> Result<(), InvalidSettings> {
        let fifo = self.kind == SourceKind::Fifo;
        let (size, window) = (self.batch_size, self.batching_window);
        refuse(fifo && !window.is_zero(), || {
            "Batching window is not supported for FIFO queues".to_owned()
        })?;
        if fifo {
            range("batchSize", size as u64, 1, 10)?;
        }
        refuse(size > 10 && window.is_zero(), || {
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is \
             greater than 10"
                .to_owned()
        })?;
        seconds("VisibilityTimeout", self.visibility_timeout, 0, 43_200)?;
        let (visible, timeout) = (self.visibility_timeout, self.function_timeout);
        refuse(visible < timeout, || {
            format!(
                "Queue visibility timeout: {} seconds is less than Function timeout: {} seconds",
                visible.as_secs(),
                timeout.as_secs()
            )
        })?;
        if let Some(count) = self.max_receive_count {
            range("maxReceiveCount", count.into(), 1, 1000)?;
        }
        seconds("MessageRetentionPeriod", self.retention, 60, 1_209_600)?;
        range(
            "maximumConcurrency",
            self.maximum_concurrency as u64,
            2,
            1000,
        )
    }

    fn validate_topic(&self) -> Result<(), InvalidSettings> {
        let (partitions, consumers) = (self.distribution.partitions, self.distribution.consumers);
        refuse(partitions == 0 || consumers == 0, || {
            "a topic needs at least one partition, and a mapping at least one consumer".to_owned()
        })?;
        refuse(
            self.report_batch_item_failures && !self.provisioned_mode,
            || {
                "ReportBatchItemFailures needs provisioned mode for this event source type"
                    .to_owned()
            },
        )
    }
}
