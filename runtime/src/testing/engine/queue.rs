//! An SQS queue: which messages are visible, and when they are given up on.
//!
//! "Amazon SQS visibility timeout" (`sqs-visibility-timeout.html`), "Using dead-letter queues in
//! Amazon SQS" (`sqs-dead-letter-queues.html`), "Handling errors for an SQS event source in
//! Lambda" (`services-sqs-errorhandling.html`).

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::testing::{
    engine::feed::{
        Delivery, ENVELOPE, Feed, Next, PAYLOAD, Settled, Settlement, Verdict, World, earlier,
    },
    put,
    report::NextStep,
    report::history::End,
    time::millis,
};

struct Message {
    record: usize,
    /// When it can be received, in milliseconds since 1970.
    visible_at: u64,
    receives: u32,
    first_received: u64,
    in_flight: bool,
}

pub(crate) struct Queue {
    /// Those that are not deleted, in order.
    messages: Vec<Message>,
    running: usize,
    /// How many batches may be in flight now.
    concurrency: usize,
    /// Since when there are messages for the next batch.
    gathering_since: Option<u64>,
}

impl Queue {
    pub(crate) fn new(records: impl Iterator<Item = usize>, world: &World<'_>) -> Self {
        let messages = records.map(|record| Message {
            record,
            visible_at: world.records[record].arrival,
            receives: 0,
            first_received: 0,
            in_flight: false,
        });
        Self {
            messages: messages.collect(),
            running: 0,
            concurrency: world.settings.maximum_concurrency,
            gathering_since: None,
        }
    }

    /// Removes what has been in the queue for too long, or was received too often.
    fn remove_undeliverable(&mut self, world: &mut World<'_>) {
        let retention = millis(world.settings.retention);
        let locked = self.locked_groups(world);
        self.messages.retain(|message| {
            if message.in_flight || message.visible_at > world.now {
                return true;
            }
            let end = if world.age(message.record) >= retention {
                End::Expired
            } else if world
                .settings
                .max_receive_count
                .is_some_and(|max| message.receives >= max)
                && !world.records[message.record]
                    .key
                    .as_deref()
                    .is_some_and(|key| locked.contains(key))
            {
                End::DeadLettered {
                    receives: message.receives,
                }
            } else {
                return true;
            };
            world.end(message.record, end);
            false
        });
    }

    /// The message groups of which nothing can be received: one of their messages is in flight.
    fn locked_groups<'w>(&self, world: &World<'w>) -> HashSet<&'w str> {
        let in_flight = self.messages.iter().filter(|message| message.in_flight);
        let records = world.records;
        in_flight
            .filter_map(|message| records[message.record].key.as_deref())
            .collect()
    }

    /// The messages that a batch can have now, by their positions in the queue, and whether it
    /// could have no more.
    fn receivable(&self, world: &World<'_>) -> (Vec<usize>, bool) {
        let mut locked = self.locked_groups(world);
        let mut batch = Vec::new();
        let mut size = ENVELOPE;
        for (position, message) in self.messages.iter().enumerate() {
            let record = &world.records[message.record];
            if message.in_flight
                || record
                    .key
                    .as_deref()
                    .is_some_and(|key| locked.contains(key))
            {
                continue;
            }
            if message.visible_at > world.now {
                // What comes later in its group must wait for it.
                if message.receives > 0 {
                    locked.extend(record.key.as_deref());
                }
                continue;
            }
            size += record.size + 1;
            if size > PAYLOAD && !batch.is_empty() {
                return (batch, true);
            }
            batch.push(position);
            if batch.len() == world.settings.batch_size {
                return (batch, true);
            }
        }
        (batch, false)
    }

    fn next_change(&self, world: &World<'_>) -> Option<u64> {
        let invisible = self.messages.iter().filter(|message| !message.in_flight);
        let times = invisible.map(|message| message.visible_at);
        times.filter(|at| *at > world.now).min()
    }
}

impl Feed for Queue {
    fn next(&mut self, world: &mut World<'_>) -> Next {
        self.remove_undeliverable(world);
        if self.running >= self.concurrency {
            return Next::Wait(None);
        }
        let (batch, full) = self.receivable(world);
        let change = self.next_change(world);
        if batch.is_empty() {
            return Next::Wait(change);
        }
        let since = *self.gathering_since.get_or_insert(world.now);
        let ready_at = since + millis(world.settings.batching_window);
        if !full && world.now < ready_at {
            return Next::Wait(earlier(Some(ready_at), change));
        }
        self.gathering_since = None;
        self.running += 1;
        let mut records = Vec::with_capacity(batch.len());
        let mut events: Vec<Value> = Vec::with_capacity(batch.len());
        for position in batch {
            let message = &mut self.messages[position];
            if message.receives == 0 {
                message.first_received = world.now;
            }
            message.receives += 1;
            message.in_flight = true;
            message.visible_at = world.now + millis(world.settings.visibility_timeout);
            let record = &world.records[message.record];
            events.push(put::received(
                record,
                message.receives,
                message.first_received,
            ));
            records.push(message.record);
        }
        Next::Deliver(Delivery {
            lane: 0,
            place: world.records[records[0]].place.clone(),
            records,
            event: json!({ "Records": events }),
        })
    }

    fn settle(
        &mut self,
        delivery: &Delivery,
        settlement: &Settlement,
        world: &mut World<'_>,
    ) -> Settled {
        self.running -= 1;
        let undone: HashSet<usize> = match &settlement.verdict {
            Verdict::Success => HashSet::new(),
            Verdict::Undone(positions) => positions
                .iter()
                .map(|position| delivery.records[*position])
                .collect(),
            Verdict::Failure | Verdict::Throttled | Verdict::Forgotten => {
                delivery.records.iter().copied().collect()
            }
        };
        let is_done = |record: &usize| !undone.contains(record);
        let done: Vec<usize> = delivery.records.iter().copied().filter(is_done).collect();
        world.done(&done, settlement);
        let delivered: HashSet<usize> = delivery.records.iter().copied().collect();
        self.messages.retain_mut(|message| {
            if delivered.contains(&message.record) {
                message.in_flight = false;
                return undone.contains(&message.record);
            }
            true
        });
        if !world.settings.report_batch_item_failures {
            // A function error slows the mapping down, and what succeeds speeds it up again.
            let most = world.settings.maximum_concurrency;
            self.concurrency = if settlement.function_error {
                (self.concurrency / 2).max(1)
            } else {
                (self.concurrency + 1).min(most)
            };
        }
        let next_step = match settlement.verdict {
            Verdict::Forgotten => NextStep::DeliverAgain,
            _ if undone.is_empty() => NextStep::Continue,
            _ => NextStep::ReturnToQueue,
        };
        Settled { next_step, done }
    }
}
