//! Settings for Kafka topics.

use std::time::Duration;

use super::{EventSourceMapping, KafkaResume, StartingPosition};
use crate::testing::put::TopicRecord;

impl EventSourceMapping<TopicRecord> {
    /// A mapping for a Kafka topic in Amazon MSK.
    ///
    /// Failed records are retried until they expire.
    pub fn kafka() -> Self {
        Self::new()
    }

    /// The topic's number of partitions. Default: 1.
    pub fn partitions(mut self, partitions: usize) -> Self {
        self.settings.distribution.partitions = partitions;
        self
    }

    /// The mapping's number of consumers, which share the partitions. A batch can have records of
    /// all partitions of a consumer. Default: 1.
    pub fn consumers(mut self, consumers: usize) -> Self {
        self.settings.distribution.consumers = consumers;
        self
    }

    /// `ProvisionedPollerConfig`: whether the mapping is in provisioned mode.
    /// `ReportBatchItemFailures` needs it. Default: `false`.
    pub fn provisioned_mode(mut self, on: bool) -> Self {
        self.settings.provisioned_mode = on;
        self
    }

    /// `StartingPosition`: where in the topic the mapping begins to read.
    pub fn starting_position(mut self, position: StartingPosition) -> Self {
        self.settings.starting_position = position;
        self
    }

    /// How long the mapping waits before it retries a batch: `first` before the first retry, then
    /// twice as long each time, up to `longest`. Default: zero.
    pub fn retry_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.retry_backoff = [first, longest];
        self
    }

    /// Which records are delivered after the function reported failures.
    pub fn kafka_resume(mut self, resume: KafkaResume) -> Self {
        self.settings.kafka_resume = resume;
        self
    }
}
