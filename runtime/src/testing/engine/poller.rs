//! What a mapping does with one reader of a stream or topic: which records it delivers next, how
//! it retries and splits, and when it gives up.
//!
//! "How Lambda processes records from stream and queue-based event sources"
//! (`invocation-eventsourcemapping.html`), "Configuring partial batch response with Kinesis Data
//! Streams and Lambda" (`services-kinesis-batchfailurereporting.html`).

use std::collections::{HashSet, VecDeque};

use crate::testing::{
    engine::feed::{
        Delivery, ENVELOPE, Feed, Next, PAYLOAD, Settled, Settlement, Verdict, World, earlier,
    },
    engine::tumbling_window::{self, Window},
    mapping::undocumented::{OddSplit, RestWithoutRetries},
    report::NextStep,
    report::document::{Condition, OnFailureDocument},
    report::history::End,
    time::millis,
};

/// Records that are delivered as one batch, until they are done, split or discarded.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) records: Vec<usize>,
    /// How often it was delivered. A batch that is the rest or the half of another is a new one,
    /// which is what makes the retries count from the checkpoint, and a split consume none.
    invocations: u32,
    /// Whether it is the last of a tumbling window, and then whether that ends early.
    pub(crate) closes_window: Option<bool>,
}

impl Batch {
    fn new(records: Vec<usize>) -> Self {
        Self {
            records,
            invocations: 0,
            closes_window: None,
        }
    }

    fn closing(early: bool) -> Self {
        Self {
            closes_window: Some(early),
            ..Self::new(Vec::new())
        }
    }
}

/// The readers of a mapping, which don't wait for each other.
pub(crate) struct Lanes(Vec<Lane>);

/// One reader, and how far it has come.
#[derive(Default)]
struct Lane {
    unread: VecDeque<usize>,
    /// Batches that are not settled; the last is delivered next. Its halves, when it is split,
    /// are both in its place, so that the left one runs to its end before the right one.
    pending: Vec<Batch>,
    in_flight: bool,
    not_before: u64,
    /// Failures in a row.
    failures: u32,
    gathering_since: Option<u64>,
    last_invocation: usize,
    window: Option<Window>,
}

/// What can be read from a lane.
enum Gathered {
    Batch(Batch),
    Wait(Option<u64>),
}

impl Lanes {
    pub(crate) fn new(records: impl Iterator<Item = usize>, world: &World<'_>) -> Self {
        let mut lanes: Vec<Lane> = Vec::new();
        for record in records {
            let lane = world.records[record].lane;
            if lanes.len() <= lane {
                lanes.resize_with(lane + 1, Lane::default);
            }
            lanes[lane].unread.push_back(record);
        }
        Self(lanes)
    }
}

impl Feed for Lanes {
    fn next(&mut self, world: &mut World<'_>) -> Next {
        let mut wait = None;
        for (number, lane) in self.0.iter_mut().enumerate() {
            match lane.next(number, world) {
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
        self.0[delivery.lane].settle(delivery, settlement, world)
    }
}

impl Lane {
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
            lane: number,
            place: tumbling_window::place(batch, self.window.as_ref(), world),
            records: batch.records.clone(),
            event: tumbling_window::event(batch, self.window.as_mut(), world),
        })
    }

    /// Gives up on the records at the front that are too old: for the mapping, or for the stream.
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
            if !batch.records.is_empty() || batch.closes_window.is_some() {
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
            world.end(*record, End::Expired);
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
                Some(record) => !window.has(arrival(record)),
                None => world.now >= window.end,
            };
            if closes {
                return Gathered::Batch(Batch::closing(false));
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
            self.window = Window::around(arrival(first), settings.tumbling_window);
        }
        let (mut count, mut size, mut full) = (0, ENVELOPE, false);
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
                .is_some_and(|w| !w.has(arrival(record)));
            full = count == settings.batch_size || other_window || (size > PAYLOAD && count > 0);
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
        Gathered::Batch(Batch::new(self.unread.drain(..count).collect()))
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
        let nothing_done = |next_step| Settled {
            next_step,
            done: Vec::new(),
        };
        self.in_flight = false;
        let Some(mut batch) = self.pending.pop() else {
            return nothing_done(NextStep::Continue);
        };
        let records = &delivery.records;
        let undone: HashSet<usize> = match &settlement.verdict {
            Verdict::Throttled => {
                self.pending.push(batch);
                self.pause(world);
                return nothing_done(NextStep::Retry);
            }
            Verdict::Forgotten => {
                self.pending.push(batch);
                return nothing_done(NextStep::DeliverAgain);
            }
            Verdict::Success => HashSet::new(),
            Verdict::Undone(positions) => positions.iter().map(|at| records[*at]).collect(),
            Verdict::Failure => records.iter().copied().collect(),
        };
        self.last_invocation = settlement.number;
        batch.invocations += 1;
        let failed = matches!(settlement.verdict, Verdict::Failure)
            || (!undone.is_empty() && undone.len() == records.len());
        if failed {
            return nothing_done(self.settle_failure(batch, settlement, world));
        }
        self.failures = 0;
        let (rest, done): (Vec<usize>, Vec<usize>) =
            records.iter().partition(|record| undone.contains(record));
        world.done(&done, settlement);
        let early = tumbling_window::advance(&mut self.window, &batch, settlement.state.as_ref());
        let next_step = if rest.is_empty() {
            NextStep::Continue
        } else if world.settings.maximum_retry_attempts == Some(0)
            && world.settings.rest_without_retries == RestWithoutRetries::Discard
        {
            let condition = Condition::after_response(settlement.function_error);
            discard(
                &rest,
                settlement.number,
                condition,
                batch.invocations,
                world,
            );
            NextStep::Discard
        } else {
            self.pending.push(Batch::new(rest));
            NextStep::ResumeFromCheckpoint
        };
        self.pending.extend(early.map(Batch::closing));
        Settled { next_step, done }
    }

    /// What becomes of a batch of which nothing is done.
    fn settle_failure(
        &mut self,
        mut batch: Batch,
        settlement: &Settlement,
        world: &mut World<'_>,
    ) -> NextStep {
        let settings = world.settings;
        let records = batch.records.len();
        if settings.bisect && records > 1 {
            let left = match settings.odd_split {
                OddSplit::SmallerHalfFirst => records / 2,
                OddSplit::LargerHalfFirst => records.div_ceil(2),
            };
            let right = batch.records.split_off(left);
            self.pending.push(Batch::new(right));
            self.pending.push(Batch::new(batch.records));
            return NextStep::Bisect;
        }
        // The first invocation is no retry.
        let exhausted = settings.maximum_retry_attempts;
        if exhausted.is_some_and(|retries| batch.invocations > retries) {
            self.failures = 0;
            let condition = Condition::after_response(settlement.function_error);
            let number = settlement.number;
            discard(&batch.records, number, condition, batch.invocations, world);
            if batch.closes_window.is_some() {
                self.window = None;
            }
            return NextStep::Discard;
        }
        self.pending.push(batch);
        self.pause(world);
        NextStep::Retry
    }
}

/// Gives up on records, and tells the on-failure destination.
fn discard(
    records: &[usize],
    invocation: usize,
    condition: Condition,
    invocations: u32,
    world: &mut World<'_>,
) {
    let (Some(first), Some(last)) = (records.first(), records.last()) else {
        return;
    };
    let document = world.settings.on_failure_destination.then(|| {
        let ends = [&world.records[*first], &world.records[*last]];
        let kind = world.settings.kind;
        let count = records.len();
        let document = OnFailureDocument::new(
            kind,
            ends,
            count,
            (invocation, invocations),
            condition,
            world.now,
        );
        world.history.documents.push(document);
        world.history.documents.len() - 1
    });
    for record in records {
        world.end(
            *record,
            End::Discarded {
                invocation,
                document,
            },
        );
    }
}
