//! The settings of Kafka topics.

use std::time::Duration;

use super::EventSourceMapping;
use crate::testing::{
    mapping::undocumented::{KafkaResume, StartingPosition},
    put::TopicRecord,
};

impl EventSourceMapping<TopicRecord> {
    /// A mapping of a Kafka topic in Amazon MSK.
    ///
    /// What fails is retried until it expires.
    pub fn kafka() -> Self {
        Self::new()
    }

    /// How many partitions the topic has. Default: 1.
    pub fn partitions(mut self, partitions: usize) -> Self {
        self.settings.partitions = partitions;
        self
    }

    /// How many consumers the mapping has, which divide the partitions among them. A batch has
    /// records of all partitions of a consumer. Default: 1.
    pub fn consumers(mut self, consumers: usize) -> Self {
        self.settings.consumers = consumers;
        self
    }

    /// `ProvisionedPollerConfig`: whether the mapping is in provisioned mode, which
    /// `ReportBatchItemFailures` needs. Default: no.
    pub fn provisioned_mode(mut self, on: bool) -> Self {
        self.settings.provisioned_mode = on;
        self
    }

    /// `StartingPosition`: where in the topic the mapping begins to read.
    pub fn starting_position(mut self, position: StartingPosition) -> Self {
        self.settings.starting_position = position;
        self
    }

    /// How long the mapping waits before it delivers a failed batch again: the first time, doubled
    /// each time, and at most. Default: no time at all.
    pub fn retry_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.retry_backoff = [first, longest];
        self
    }

    /// How the mapping goes on after failures were reported.
    pub fn kafka_resume(mut self, resume: KafkaResume) -> Self {
        self.settings.kafka_resume = resume;
        self
    }
}
