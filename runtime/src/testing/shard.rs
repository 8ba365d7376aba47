//! What a mapping does with one shard: which records it delivers next, and when it gives up.
//!
//! A state machine without Lambda in it: [`Shard::next`] names a batch, [`Shard::settle`] takes
//! what came of it.

use std::ops::Range;

use serde::Serialize;

use super::options::{OddSplit, RestWithoutRetries};

/// How a shard's batches are made and retried.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) batch_size: usize,
    /// `None`: until the records expire.
    pub(super) maximum_retry_attempts: Option<u32>,
    pub(super) bisect_batch_on_function_error: bool,
    pub(super) odd_split: OddSplit,
    pub(super) rest_without_retries: RestWithoutRetries,
}

/// What came of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All of it is done.
    Success,
    /// It is done up to the record at this position in it.
    Checkpoint(usize),
    /// None of it is done.
    Failure,
}

/// What the mapping does after an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum NextStep {
    /// It goes on after the batch.
    Continue,
    /// It goes on from the record that was reported.
    ResumeFromCheckpoint,
    /// It delivers the same batch again.
    Retry,
    /// It delivers the batch in two halves.
    Bisect,
    /// It gives up on the records that are not done, and goes on after the batch.
    Discard,
}

/// What an invocation changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) next_step: NextStep,
    /// The records that are out of the stream because they were done.
    pub(super) done: Range<usize>,
    /// The records that were given up on, and how often they had been delivered as this batch.
    pub(super) discarded: Option<(Range<usize>, u32)>,
}

/// Records that are delivered as one batch, until they are done, split or discarded.
#[derive(Debug)]
struct Batch {
    records: Range<usize>,
    /// How often it was delivered. A batch that is the rest or the half of another is a new one,
    /// which is what makes the retries count from the checkpoint, and a split consume none.
    invocations: u32,
}

impl Batch {
    fn new(records: Range<usize>) -> Self {
        Self {
            records,
            invocations: 0,
        }
    }
}

/// One shard, and how far its mapping has come.
#[derive(Debug)]
pub(super) struct Shard {
    records: usize,
    /// The first record that was in no batch yet.
    unread: usize,
    /// Batches that are not settled; the last is delivered next. Its halves, when it is split,
    /// are both in its place, so that the left one runs to its end before the right one.
    pending: Vec<Batch>,
}

impl Shard {
    pub(super) fn new(records: usize) -> Self {
        Self {
            records,
            unread: 0,
            pending: Vec::new(),
        }
    }

    /// The records of the next batch to deliver; `None` when the stream is read to its end.
    pub(super) fn next(&mut self, rules: &Rules) -> Option<Range<usize>> {
        if self.pending.is_empty() && self.unread < self.records {
            let end = self.records.min(self.unread + rules.batch_size);
            self.pending.push(Batch::new(self.unread..end));
            self.unread = end;
        }
        self.pending.last().map(|batch| batch.records.clone())
    }

    /// Takes what came of the batch that [`next`](Self::next) named.
    pub(super) fn settle(&mut self, rules: &Rules, verdict: Verdict) -> Option<Settled> {
        let mut batch = self.pending.pop()?;
        let records = batch.records.clone();
        batch.invocations += 1;
        let settled = |next_step, done_before, discarded| Settled {
            next_step,
            done: records.start..done_before,
            discarded,
        };
        Some(match verdict {
            Verdict::Success => settled(NextStep::Continue, records.end, None),
            Verdict::Checkpoint(position) if position > 0 => {
                let checkpoint = records.start + position;
                let rest = checkpoint..records.end;
                let no_retries = rules.maximum_retry_attempts == Some(0);
                if no_retries && rules.rest_without_retries == RestWithoutRetries::Discard {
                    let discarded = (rest, batch.invocations);
                    settled(NextStep::Discard, checkpoint, Some(discarded))
                } else {
                    self.pending.push(Batch::new(rest));
                    settled(NextStep::ResumeFromCheckpoint, checkpoint, None)
                }
            }
            Verdict::Checkpoint(_) | Verdict::Failure => {
                if rules.bisect_batch_on_function_error && records.len() > 1 {
                    let left = match rules.odd_split {
                        OddSplit::SmallerHalfFirst => records.len() / 2,
                        OddSplit::LargerHalfFirst => records.len().div_ceil(2),
                    };
                    let middle = records.start + left;
                    self.pending.push(Batch::new(middle..records.end));
                    self.pending.push(Batch::new(records.start..middle));
                    settled(NextStep::Bisect, records.start, None)
                } else if rules
                    .maximum_retry_attempts
                    // The first invocation is no retry.
                    .is_some_and(|retries| batch.invocations > retries)
                {
                    let discarded = (records.clone(), batch.invocations);
                    settled(NextStep::Discard, records.start, Some(discarded))
                } else {
                    self.pending.push(batch);
                    settled(NextStep::Retry, records.start, None)
                }
            }
        })
    }
}
