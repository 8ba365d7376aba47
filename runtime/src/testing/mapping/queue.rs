//! Settings for SQS queues.

use std::time::Duration;

use super::EventSourceMapping;
use crate::testing::put::{FifoMessage, Message, QueueMessage};

impl EventSourceMapping<Message> {
    /// A mapping for a standard SQS queue.
    pub fn sqs() -> Self {
        Self::new()
    }
}

impl EventSourceMapping<FifoMessage> {
    /// A mapping for a FIFO SQS queue.
    pub fn fifo() -> Self {
        Self::new()
    }
}

impl<S: QueueMessage> EventSourceMapping<S> {
    /// The queue's `VisibilityTimeout`: how long after a delivery an unprocessed message is
    /// delivered again, up to 12 hours. Default: 30 s.
    ///
    /// AWS refuses a visibility timeout that is shorter than the function's timeout.
    pub fn visibility_timeout(mut self, timeout: Duration) -> Self {
        self.settings.visibility_timeout = timeout;
        self
    }

    /// `maxReceiveCount` of the queue's redrive policy: maximum number of receives before the queue
    /// moves a message to its dead-letter queue, 1 to 1000. Default: `None`, the queue has no
    /// dead-letter queue, and a message is delivered until it expires.
    pub fn max_receive_count(mut self, receives: impl Into<Option<u32>>) -> Self {
        self.settings.max_receive_count = receives.into();
        self
    }

    /// `MaximumConcurrency` of the scaling configuration: maximum number of batches that are
    /// processed at the same time, 2 to 1000. Default: 5, where Lambda begins to scale.
    pub fn maximum_concurrency(mut self, batches: usize) -> Self {
        self.settings.maximum_concurrency = batches;
        self
    }
}
