//! The machine: takes deliveries from a feed and invokes the function with them, until no record is
//! left.

mod clock;
mod event;
mod faults;
mod feed;
mod pending_batch;
mod poller;
mod queue;
mod rng;
mod tumbling_window;

use std::{future::poll_fn, task::Poll, time::Duration};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use lambda_runtime::{Context, Diagnostic};

use self::{
    clock::{Clock, Timer},
    faults::FaultDice,
    feed::{Delivery, Feed, MAXIMUM_PAYLOAD, Next, Settlement, World},
    poller::Pollers,
    queue::Queue,
};
use super::{
    invoke::{Judged, Returned, Verdict, context, judge},
    mapping::{Fault, MappingSettings, OversizedRecord, StartingPosition},
    put::StoredRecord,
    report::{End, History, Invocation},
    time::{START, millis},
};

/// An invocation that has ended.
struct Ended {
    number: usize,
    delivery: Delivery,
    started_at: u64,
    fault: Option<Fault>,
    returned: Returned,
}

/// Invokes the function with the records, until none is left. Returns how long that took on the
/// simulation's clock, too.
pub(crate) async fn simulate<Fut>(
    settings: &MappingSettings,
    records: &[StoredRecord],
    mut invoke: impl FnMut(Vec<u8>, Context) -> Fut,
) -> (History, Duration)
where
    Fut: Future<Output = Result<Vec<u8>, Diagnostic>>,
{
    let mut history = History::new(records.len());
    let mut clock = Clock::start();
    let enabled_at = settings.enabled_at(records.len());
    let mut dice = FaultDice::new(&settings.faults);
    let mut running = FuturesUnordered::new();
    let mut started = 0;
    let mut world = World {
        settings,
        records,
        history: &mut history,
        now: enabled_at,
    };
    let mut feed = feed(&mut world);
    loop {
        world.now = enabled_at + clock.now();
        let mut wake_at = None;
        while !world.history.reached_invocation_limit {
            let delivery = match feed.next(&mut world) {
                Next::Deliver(delivery) => delivery,
                Next::Wait(until) => {
                    wake_at = until;
                    break;
                }
            };
            if started == settings.invocation_limit {
                world.history.reached_invocation_limit = true;
                break;
            }
            started += 1;
            let (number, started_at) = (started, world.now);
            let injection = dice.roll();
            let fault = injection.map(|injection| injection.fault);
            let oversized = settings.oversized_record == OversizedRecord::Fail
                && delivery.size(records) > MAXIMUM_PAYLOAD;
            let invoked = match fault {
                Some(Fault::Throttle | Fault::FunctionError) => None,
                _ if oversized => None,
                _ => {
                    let event = delivery.event.to_string().into_bytes();
                    Some(invoke(event, context(number, settings.function_timeout)))
                }
            };
            let invocation = faults::run(
                invoked,
                injection,
                number,
                settings.function_timeout,
                clock.runs_during_invocations(),
            );
            running.push(async move {
                Ended {
                    number,
                    delivery,
                    started_at,
                    fault,
                    returned: invocation.await,
                }
            });
        }
        if running.is_empty() {
            match wake_at.filter(|_| !world.history.reached_invocation_limit) {
                Some(at) => clock.wait_until(at - enabled_at).await,
                None => break,
            }
            continue;
        }
        let alarm = wake_at.filter(|_| clock.runs_during_invocations());
        let alarm = alarm.map(|at| at.saturating_sub(world.now));
        let mut alarm = alarm.map(|left| Timer::new(Duration::from_millis(left)));
        let ended = poll_fn(|context| {
            if let Poll::Ready(ended) = running.poll_next_unpin(context) {
                return Poll::Ready(ended);
            }
            match &mut alarm {
                Some(alarm) => alarm.poll(context).map(|()| None),
                None => Poll::Pending,
            }
        })
        .await;
        let Some(ended) = ended else { continue };
        if matches!(ended.returned, Returned::TimedOut) {
            clock.add(settings.function_timeout);
        }
        world.now = enabled_at + clock.now();
        settle(&mut *feed, ended, &mut world);
    }
    let elapsed = Duration::from_millis(clock.now());
    drop(running);
    (history, elapsed)
}

/// The feed of the records that the mapping reads. Notes the end of the others.
fn feed(world: &mut World<'_>) -> Box<dyn Feed + Send> {
    let settings = world.settings;
    let first = match settings.starting_position {
        StartingPosition::Latest => world.now,
        StartingPosition::AtTimestamp(elapsed) => START + millis(elapsed),
        StartingPosition::TrimHorizon => 0,
    };
    let mut read = Vec::new();
    for (index, record) in world.records.iter().enumerate() {
        if record.arrival < first {
            world.history.end(index, End::Skipped);
        } else if settings.passes_filter(&record.json) {
            read.push(index);
        } else {
            world.history.end(index, End::Filtered);
        }
    }
    if settings.kind.is_queue() {
        Box::new(Queue::new(read.into_iter(), world))
    } else {
        Box::new(Pollers::new(read.into_iter(), world))
    }
}

/// Judges an invocation, lets the feed act on it, and notes it in the history.
fn settle(feed: &mut dyn Feed, ended: Ended, world: &mut World<'_>) {
    let Ended {
        number,
        delivery,
        started_at,
        fault,
        returned,
    } = ended;
    let batch: Vec<&StoredRecord> = delivery
        .records
        .iter()
        .map(|record| &world.records[*record])
        .collect();
    let throttled = matches!(returned, Returned::Throttled);
    let Judged {
        outcome,
        verdict,
        state,
        ignored,
    } = judge(returned, number, &batch, world.settings).with_indices(&delivery.records);
    let settlement = Settlement {
        number,
        function_error: outcome.is_function_error(),
        verdict,
        state,
        ignored,
    };
    if !throttled {
        for record in &delivery.records {
            world.history.records[*record].deliveries += 1;
        }
    }
    let settled = feed.settle(&delivery, &settlement, world);
    let unprocessed = match settlement.verdict {
        Verdict::Unprocessed(records) => records,
        _ => Vec::new(),
    };
    let enabled_at = world.settings.enabled_at(world.records.len());
    let since_enabled = |at: u64| Duration::from_millis(at - enabled_at);
    world.history.invocations.push(Invocation {
        number,
        started_at: since_enabled(started_at),
        ended_at: since_enabled(world.now),
        place: delivery.place,
        identifiers: batch
            .iter()
            .map(|record| record.identifier.clone())
            .collect(),
        outcome,
        fault,
        next_step: settled.next_step,
        batch: delivery.records,
        processed: settled.processed,
        unprocessed,
    });
}
