//! The settings of SQS queues.

use std::time::Duration;

use super::EventSourceMapping;
use crate::testing::put::{FifoMessage, Message, QueueMessage};

impl EventSourceMapping<Message> {
    /// A mapping of a standard SQS queue.
    pub fn sqs() -> Self {
        Self::new()
    }
}

impl EventSourceMapping<FifoMessage> {
    /// A mapping of a FIFO SQS queue.
    pub fn fifo() -> Self {
        Self::new()
    }
}

impl<S: QueueMessage> EventSourceMapping<S> {
    /// The queue's `VisibilityTimeout`: after what time a message that was delivered, and not
    /// done, is delivered again, up to 12 hours. Default: 30 s.
    ///
    /// AWS refuses a mapping whose function may take longer.
    pub fn visibility_timeout(mut self, timeout: Duration) -> Self {
        self.settings.visibility_timeout = timeout;
        self
    }

    /// The `maxReceiveCount` of the queue's redrive policy: how often a message is received before
    /// it goes to the dead-letter queue, 1 to 1000. Default: `None`, there is no dead-letter queue,
    /// and a message is delivered until it expires.
    pub fn max_receive_count(mut self, times: impl Into<Option<u32>>) -> Self {
        self.settings.max_receive_count = times.into();
        self
    }

    /// `MaximumConcurrency` of the scaling configuration: how many batches are processed at once,
    /// 2 to 1000. Default: 5, with which Lambda begins.
    pub fn maximum_concurrency(mut self, batches: usize) -> Self {
        self.settings.maximum_concurrency = batches;
        self
    }
}
