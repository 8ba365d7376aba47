//! An SQS queue: which messages are visible, and when they expire or are dead-lettered.
//!
//! "Amazon SQS visibility timeout" (`sqs-visibility-timeout.html`), "Using dead-letter queues in
//! Amazon SQS" (`sqs-dead-letter-queues.html`), "Handling errors for an SQS event source in
//! Lambda" (`services-sqs-errorhandling.html`).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::feed::{
    Delivery, EVENT_OVERHEAD, Feed, MAXIMUM_PAYLOAD, Next, Settled, Settlement, World, earlier,
};
use crate::testing::{
    invoke::Verdict,
    put::received,
    report::{End, NextStep},
    time::millis,
};

struct QueuedMessage {
    record: usize,
    /// When the message can be received, in milliseconds since 1970.
    visible_at: u64,
    receives: u32,
    /// When the message was first received, in milliseconds since 1970.
    first_received: u64,
    in_flight: bool,
}

pub(super) struct Queue {
    /// Messages that are not deleted, in order.
    messages: Vec<QueuedMessage>,
    /// Number of batches in flight.
    running: usize,
    /// Maximum number of batches in flight now.
    concurrency: usize,
    /// When the first message for the next batch became visible.
    gathering_since: Option<u64>,
}

impl Queue {
    pub(super) fn new(records: impl Iterator<Item = usize>, world: &World<'_>) -> Self {
        let messages = records.map(|record| QueuedMessage {
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

    /// Removes messages that have expired or reached the maximum receive count.
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
            world.history.end(message.record, end);
            false
        });
    }

    /// The message groups that have a message in flight, so that none of their messages can be
    /// received.
    fn locked_groups<'w>(&self, world: &World<'w>) -> HashSet<&'w str> {
        let in_flight = self.messages.iter().filter(|message| message.in_flight);
        let records = world.records;
        in_flight
            .filter_map(|message| records[message.record].key.as_deref())
            .collect()
    }

    /// Positions of the messages for a batch, and whether the batch is full.
    fn receivable(&self, world: &World<'_>) -> (Vec<usize>, bool) {
        let mut locked = self.locked_groups(world);
        let mut batch = Vec::new();
        let mut size = EVENT_OVERHEAD;
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
                // Later messages of its group must wait for it.
                if message.receives > 0 {
                    locked.extend(record.key.as_deref());
                }
                continue;
            }
            size += record.size + 1;
            if size > MAXIMUM_PAYLOAD && !batch.is_empty() {
                return (batch, true);
            }
            batch.push(position);
            if batch.len() == world.settings.batch_size {
                return (batch, true);
            }
        }
        (batch, false)
    }

    /// When the next message becomes visible.
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
            events.push(received(record, message.receives, message.first_received));
            records.push(message.record);
        }
        Next::Deliver(Delivery {
            poller: 0,
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
        let unprocessed: HashSet<usize> = match &settlement.verdict {
            Verdict::Success => HashSet::new(),
            Verdict::Unprocessed(records) => records.iter().copied().collect(),
            Verdict::Failure | Verdict::Throttled | Verdict::ResponseLost => {
                delivery.records.iter().copied().collect()
            }
        };
        let records = delivery.records.iter().copied();
        let processed = records.filter(|record| !unprocessed.contains(record));
        let processed: Vec<usize> = processed.collect();
        world.end_processed(&processed, settlement);
        let delivered: HashSet<usize> = delivery.records.iter().copied().collect();
        self.messages.retain_mut(|message| {
            if delivered.contains(&message.record) {
                message.in_flight = false;
                return unprocessed.contains(&message.record);
            }
            true
        });
        if !world.settings.report_batch_item_failures {
            // Lambda lowers the concurrency after a function error, and raises it after a success.
            let most = world.settings.maximum_concurrency;
            self.concurrency = if settlement.function_error {
                (self.concurrency / 2).max(1)
            } else {
                (self.concurrency + 1).min(most)
            };
        }
        let next_step = match settlement.verdict {
            Verdict::ResponseLost => NextStep::DeliverAgain,
            _ if unprocessed.is_empty() => NextStep::Continue,
            _ => NextStep::ReturnToQueue,
        };
        Settled {
            next_step,
            processed,
        }
    }
}
