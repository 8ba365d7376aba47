//! A batch in numbers.

use std::time::Duration;

use super::Ending;

/// A batch in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchSummary {
    /// The event source, such as `"Kinesis"`, `"DynamoDB"` or `"SQS"`.
    pub source: &'static str,
    /// The number of records in the batch.
    pub records: usize,
    /// The number of records for which the record handler succeeded.
    pub processed: usize,
    /// The number of records that the dead-letter function took over. They are not in `processed`.
    pub dead_lettered: usize,
    /// The number of failed records.
    pub failed: usize,
    /// The number of records that were cancelled at the deadline.
    pub interrupted: usize,
    /// The number of records that were not started.
    pub not_started: usize,
    /// The number of identifiers in the response; `None` if the invocation failed as a whole.
    pub reported: Option<usize>,
    /// How long the batch took, from its event to its response.
    pub elapsed: Duration,
}

impl BatchSummary {
    /// Counts how the records of a batch ended. `None` stands for a record that was not started.
    pub(crate) fn new<'a>(
        source: &'static str,
        endings: impl Iterator<Item = Option<Ending<'a>>>,
        reported: Option<usize>,
        elapsed: Duration,
    ) -> Self {
        let mut summary = Self {
            source,
            records: 0,
            processed: 0,
            dead_lettered: 0,
            failed: 0,
            interrupted: 0,
            not_started: 0,
            reported,
            elapsed,
        };
        for ending in endings {
            summary.records += 1;
            *match ending {
                Some(Ending::Processed) => &mut summary.processed,
                Some(Ending::DeadLettered(_)) => &mut summary.dead_lettered,
                Some(Ending::Failed(_)) => &mut summary.failed,
                Some(Ending::Interrupted) => &mut summary.interrupted,
                None => &mut summary.not_started,
            } += 1;
        }
        summary
    }
}
