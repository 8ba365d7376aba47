//! The pollers of a stream or topic: what they deliver next, and how they retry, split and discard.
//!
//! "How Lambda processes records from stream and queue-based event sources"
//! (`invocation-eventsourcemapping.html`), "Configuring partial batch response with Kinesis Data
//! Streams and Lambda" (`services-kinesis-batchfailurereporting.html`).

use std::collections::{HashSet, VecDeque};

use super::{
    event,
    feed::{
        Delivery, EVENT_OVERHEAD, Feed, MAXIMUM_PAYLOAD, Next, Settled, Settlement, World, earlier,
    },
    pending_batch::{Closing, PendingBatch},
    tumbling_window::{self, TumblingWindow},
};
use crate::testing::{
    invoke::Verdict,
    mapping::{OddSplit, RestWithoutRetries},
    report::{Condition, DiscardedBatch, End, NextStep, OnFailureDocument},
    time::millis,
};

/// The pollers of a mapping, which don't wait for each other: one for each batch of a shard that can
/// be processed at the same time, or one for each consumer of a topic.
pub(super) struct Pollers(Vec<Poller>);

/// One poller, and its position in the stream or topic.
#[derive(Default)]
struct Poller {
    /// Records that are in no batch.
    unread: VecDeque<usize>,
    /// A stack of batches. When a batch is split, its halves take its place, so that the first half
    /// ends before the second starts.
    pending: Vec<PendingBatch>,
    in_flight: bool,
    /// When the next delivery may start, in milliseconds since 1970.
    not_before: u64,
    /// Number of failures in a row.
    failures: u32,
    /// When the batching window began.
    gathering_since: Option<u64>,
    /// The number of the last invocation. 0 if there was none.
    last_invocation: usize,
    window: Option<TumblingWindow>,
}

/// What a poller can read now.
enum Gathered {
    Batch(PendingBatch),
    Wait(Option<u64>),
}

impl Pollers {
    pub(super) fn new(records: impl Iterator<Item = usize>, world: &World<'_>) -> Self {
        let mut pollers: Vec<Poller> = Vec::new();
        for record in records {
            let poller = world.records[record].poller;
            if pollers.len() <= poller {
                pollers.resize_with(poller + 1, Poller::default);
            }
            pollers[poller].unread.push_back(record);
        }
        Self(pollers)
    }
}

impl Feed for Pollers {
    fn next(&mut self, world: &mut World<'_>) -> Next {
        let mut wait = None;
        for (number, poller) in self.0.iter_mut().enumerate() {
            match poller.next(number, world) {
                Next::Deliver(delivery) => return Next::Deliver(delivery),
                Next::Wait(until) => wait = earlier(wait, until),
            }
        }
        Next::Wait(wait)
    }

    fn settle(
        &mut self,
        delivery: &Delivery,
        settlement: &Settlement,
        world: &mut World<'_>,
    ) -> Settled {
        self.0[delivery.poller].settle(delivery, settlement, world)
    }
}

impl Poller {
    fn next(&mut self, number: usize, world: &mut World<'_>) -> Next {
        if self.in_flight {
            return Next::Wait(None);
        }
        self.remove_expired(world);
        if self.pending.is_empty() {
            match self.gather(world) {
                Gathered::Batch(batch) => self.pending.push(batch),
                Gathered::Wait(until) => return Next::Wait(until),
            }
        }
        let Some(batch) = self.pending.last() else {
            return Next::Wait(None);
        };
        if world.now < self.not_before {
            return Next::Wait(Some(self.not_before));
        }
        self.in_flight = true;
        Next::Deliver(Delivery {
            poller: number,
            place: event::place(batch, self.window.as_ref(), world),
            records: batch.records.clone(),
            event: event::event(batch, self.window.as_mut(), world),
        })
    }

    /// Removes the records at the front that are too old, for the mapping or for the stream.
    fn remove_expired(&mut self, world: &mut World<'_>) {
        let retention = millis(world.settings.retention);
        let maximum_age = world.settings.maximum_record_age.map(millis);
        let limit = maximum_age.unwrap_or(retention).min(retention);
        while let Some(mut batch) = self.pending.pop() {
            let fresh = batch
                .records
                .iter()
                .position(|record| world.age(*record) < limit);
            let expired = fresh.unwrap_or(batch.records.len());
            let expired: Vec<usize> = batch.records.drain(..expired).collect();
            self.expire(&expired, batch.invocations, world);
            if !batch.records.is_empty() || batch.closing.is_some() {
                self.pending.push(batch);
                return;
            }
        }
        let fresh = self
            .unread
            .iter()
            .position(|record| world.age(*record) < limit);
        let expired = fresh.unwrap_or(self.unread.len());
        let expired: Vec<usize> = self.unread.drain(..expired).collect();
        self.expire(&expired, 0, world);
    }

    fn expire(&mut self, records: &[usize], invocations: u32, world: &mut World<'_>) {
        let retention = millis(world.settings.retention);
        let gone = |record: &&usize| world.age(**record) >= retention;
        let gone = records.iter().take_while(gone).count();
        let (gone, discarded) = records.split_at(gone);
        for record in gone {
            world.history.end(*record, End::Expired);
        }
        let number = self.last_invocation;
        discard(
            discarded,
            number,
            Condition::RecordAgeExceeded,
            invocations,
            world,
        );
    }

    /// Reads the next batch.
    fn gather(&mut self, world: &World<'_>) -> Gathered {
        let settings = world.settings;
        let arrival = |record: &usize| world.records[*record].arrival;
        let first = self.unread.front();
        if let Some(window) = &self.window {
            let next = first.filter(|record| arrival(record) <= world.now);
            let closes = match next {
                Some(record) => !window.contains(arrival(record)),
                None => world.now >= window.end,
            };
            if closes {
                return Gathered::Batch(PendingBatch::closing(Closing::OnTime));
            }
            if next.is_none() {
                return Gathered::Wait(earlier(Some(window.end), first.map(arrival)));
            }
        }
        let Some(first) = first else {
            return Gathered::Wait(None);
        };
        if arrival(first) > world.now {
            return Gathered::Wait(Some(arrival(first)));
        }
        if self.window.is_none() {
            self.window = TumblingWindow::around(arrival(first), settings.tumbling_window);
        }
        let (mut count, mut size, mut full) = (0, EVENT_OVERHEAD, false);
        let mut more_at = None;
        for record in &self.unread {
            if arrival(record) > world.now {
                more_at = Some(arrival(record));
                break;
            }
            size += world.records[*record].size + 1;
            let other_window = self
                .window
                .as_ref()
                .is_some_and(|window| !window.contains(arrival(record)));
            full = count == settings.batch_size
                || other_window
                || (size > MAXIMUM_PAYLOAD && count > 0);
            if full {
                break;
            }
            count += 1;
        }
        full = full || count == settings.batch_size;
        let since = *self.gathering_since.get_or_insert(world.now);
        let ready_at = since + millis(settings.batching_window);
        if !full && world.now < ready_at {
            return Gathered::Wait(earlier(Some(ready_at), more_at));
        }
        self.gathering_since = None;
        Gathered::Batch(PendingBatch::new(self.unread.drain(..count).collect()))
    }

    fn pause(&mut self, world: &World<'_>) {
        self.failures += 1;
        self.not_before = world.now + world.settings.backoff(self.failures);
    }

    fn settle(
        &mut self,
        delivery: &Delivery,
        settlement: &Settlement,
        world: &mut World<'_>,
    ) -> Settled {
        let nothing_processed = |next_step| Settled {
            next_step,
            processed: Vec::new(),
        };
        self.in_flight = false;
        let Some(mut batch) = self.pending.pop() else {
            return nothing_processed(NextStep::Continue);
        };
        let records = &delivery.records;
        let unprocessed: HashSet<usize> = match &settlement.verdict {
            Verdict::Throttled => {
                self.pending.push(batch);
                self.pause(world);
                return nothing_processed(NextStep::Retry);
            }
            Verdict::ResponseLost => {
                self.pending.push(batch);
                return nothing_processed(NextStep::DeliverAgain);
            }
            Verdict::Success => HashSet::new(),
            Verdict::Unprocessed(records) => records.iter().copied().collect(),
            Verdict::Failure => records.iter().copied().collect(),
        };
        self.last_invocation = settlement.number;
        batch.invocations += 1;
        let failed = matches!(settlement.verdict, Verdict::Failure)
            || (!unprocessed.is_empty() && unprocessed.len() == records.len());
        if failed {
            return nothing_processed(self.settle_failure(batch, settlement, world));
        }
        self.failures = 0;
        let (rest, processed): (Vec<usize>, Vec<usize>) = records
            .iter()
            .partition(|record| unprocessed.contains(record));
        world.end_processed(&processed, settlement);
        let early = tumbling_window::advance(&mut self.window, &batch, settlement.state.as_ref());
        let next_step = if rest.is_empty() {
            NextStep::Continue
        } else if world.settings.maximum_retry_attempts == Some(0)
            && world.settings.rest_without_retries == RestWithoutRetries::Discard
        {
            let condition = after_invocation(settlement);
            discard(
                &rest,
                settlement.number,
                condition,
                batch.invocations,
                world,
            );
            NextStep::Discard
        } else {
            self.pending.push(PendingBatch::new(rest));
            NextStep::ResumeFromCheckpoint
        };
        self.pending.extend(early.map(PendingBatch::closing));
        Settled {
            next_step,
            processed,
        }
    }

    /// Splits, retries or discards a batch with no processed record.
    fn settle_failure(
        &mut self,
        mut batch: PendingBatch,
        settlement: &Settlement,
        world: &mut World<'_>,
    ) -> NextStep {
        let settings = world.settings;
        let records = batch.records.len();
        if settings.bisect_batch_on_function_error && records > 1 {
            let left = match settings.odd_split {
                OddSplit::SmallerHalfFirst => records / 2,
                OddSplit::LargerHalfFirst => records.div_ceil(2),
            };
            let right = batch.records.split_off(left);
            self.pending.push(PendingBatch::new(right));
            self.pending.push(PendingBatch::new(batch.records));
            return NextStep::Bisect;
        }
        // The first invocation is not a retry.
        let exhausted = settings.maximum_retry_attempts;
        if exhausted.is_some_and(|retries| batch.invocations > retries) {
            self.failures = 0;
            let condition = after_invocation(settlement);
            let number = settlement.number;
            discard(&batch.records, number, condition, batch.invocations, world);
            if batch.closing.is_some() {
                self.window = None;
            }
            return NextStep::Discard;
        }
        self.pending.push(batch);
        self.pause(world);
        NextStep::Retry
    }
}

/// Discards records, and sends a document to the on-failure destination.
fn discard(
    records: &[usize],
    last_invocation: usize,
    condition: Condition,
    invocations: u32,
    world: &mut World<'_>,
) {
    let (Some(first), Some(last)) = (records.first(), records.last()) else {
        return;
    };
    let document = world.settings.on_failure_destination.then(|| {
        let batch = DiscardedBatch {
            first: &world.records[*first],
            last: &world.records[*last],
            records: records.len(),
            last_invocation,
            invocations,
            condition,
            discarded_at: world.now,
        };
        let document = OnFailureDocument::new(world.settings.kind, &batch);
        world.history.documents.push(document);
        world.history.documents.len() - 1
    });
    for record in records {
        let end = End::Discarded {
            invocation: last_invocation,
            document,
        };
        world.history.end(*record, end);
    }
}

fn after_invocation(settlement: &Settlement) -> Condition {
    Condition::RetryAttemptsExhausted {
        function_error: settlement.function_error,
    }
}
