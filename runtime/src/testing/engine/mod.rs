//! The loop that invokes the function with what a feed delivers, until nothing is left.

pub(crate) mod clock;
pub(crate) mod feed;
pub(crate) mod poller;
pub(crate) mod queue;
pub(crate) mod rng;
pub(crate) mod tumbling_window;

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use lambda_runtime::{Context, Diagnostic};

use crate::panic;
use crate::testing::{
    engine::clock::{Clock, Timer},
    engine::feed::{Delivery, ENVELOPE, Feed, Next, PAYLOAD, Settlement, Verdict, World},
    engine::poller::Lanes,
    engine::queue::Queue,
    invoke::handler::{context, request_id},
    invoke::judge::{self, Judged, Returned},
    mapping::faults::{Dice, Fault},
    mapping::settings::Settings,
    mapping::undocumented::{OversizedRecord, StartingPosition},
    put::SimRecord,
    report::Invocation,
    report::history::{End, History},
    time::{START, millis},
};

/// An invocation that has ended.
struct Finished {
    number: usize,
    delivery: Delivery,
    started_at: u64,
    fault: Option<Fault>,
    returned: Returned,
}

/// Invokes the function with the records, until none is left.
pub(crate) async fn simulate<Fut>(
    settings: &Settings,
    records: &[SimRecord],
    mut invoke: impl FnMut(Vec<u8>, Context) -> Fut,
) -> (History, Duration)
where
    Fut: Future<Output = Result<Vec<u8>, Diagnostic>>,
{
    let mut history = History::new(records.len());
    let mut clock = Clock::start();
    let enabled_at = settings.enabled_at(records.len());
    let mut dice = Dice::new(&settings.faults);
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
        let mut wake = None;
        while !world.history.reached_invocation_limit {
            let delivery = match feed.next(&mut world) {
                Next::Deliver(delivery) => delivery,
                Next::Wait(until) => {
                    wake = until;
                    break;
                }
            };
            if started == settings.invocation_limit {
                world.history.reached_invocation_limit = true;
                break;
            }
            started += 1;
            let (number, started_at) = (started, world.now);
            let (fault, polls) = dice.roll().unzip();
            let oversized = settings.oversized_record == OversizedRecord::Fail
                && size(&delivery, records) > PAYLOAD;
            let invoked = match fault {
                Some(Fault::Throttle | Fault::FunctionError) => None,
                _ if oversized => None,
                _ => {
                    let event = delivery.event.to_string().into_bytes();
                    Some(invoke(event, context(number, settings.function_timeout)))
                }
            };
            let invocation = run(
                invoked,
                fault,
                polls,
                number,
                settings.function_timeout,
                clock.runs_with_handlers(),
            );
            running.push(async move {
                Finished {
                    number,
                    delivery,
                    started_at,
                    fault,
                    returned: invocation.await,
                }
            });
        }
        if running.is_empty() {
            match wake.filter(|_| !world.history.reached_invocation_limit) {
                Some(at) => clock.wait_until(at - enabled_at).await,
                None => break,
            }
            continue;
        }
        let alarm = wake.filter(|_| clock.runs_with_handlers());
        let alarm = alarm.map(|at| at.saturating_sub(world.now));
        let mut alarm = alarm.map(|left| Timer::new(Duration::from_millis(left)));
        let finished = poll_fn(|context| {
            if let Poll::Ready(finished) = running.poll_next_unpin(context) {
                return Poll::Ready(finished);
            }
            match &mut alarm {
                Some(alarm) => alarm.poll(context).map(|()| None),
                None => Poll::Pending,
            }
        })
        .await;
        let Some(finished) = finished else { continue };
        if matches!(finished.returned, Returned::TimedOut) {
            clock.add(settings.function_timeout);
        }
        world.now = enabled_at + clock.now();
        settle(&mut *feed, finished, &mut world);
    }
    let elapsed = Duration::from_millis(clock.now());
    drop(running);
    (history, elapsed)
}

/// How large an event is.
fn size(delivery: &Delivery, records: &[SimRecord]) -> usize {
    let sizes = delivery
        .records
        .iter()
        .map(|record| records[*record].size + 1);
    ENVELOPE + sizes.sum::<usize>()
}

/// Puts the records where the mapping reads them from: those that it reads.
fn feed(world: &mut World<'_>) -> Box<dyn Feed + Send> {
    let settings = world.settings;
    let first = match settings.starting_position {
        StartingPosition::Latest => world.now,
        StartingPosition::AtTimestamp(after) => START + millis(after),
        StartingPosition::TrimHorizon => 0,
    };
    let mut read = Vec::new();
    for (position, record) in world.records.iter().enumerate() {
        let passes = settings
            .filter
            .as_ref()
            .is_none_or(|filter| filter.0(&record.json));
        if record.arrival < first {
            world.end(position, End::Skipped);
        } else if !passes {
            world.end(position, End::Filtered);
        } else {
            read.push(position);
        }
    }
    if settings.kind.is_queue() {
        Box::new(Queue::new(read.into_iter(), world))
    } else {
        Box::new(Lanes::new(read.into_iter(), world))
    }
}

/// Runs an invocation, with its fault and its time-out.
async fn run<Fut>(
    invoked: Option<Fut>,
    fault: Option<Fault>,
    polls: Option<u64>,
    number: usize,
    timeout: Duration,
    time_passes: bool,
) -> Returned
where
    Fut: Future<Output = Result<Vec<u8>, Diagnostic>>,
{
    let error = |error_type: &str, error_message: String| {
        Returned::Error(Diagnostic {
            error_type: error_type.to_owned(),
            error_message,
        })
    };
    if fault == Some(Fault::Throttle) {
        return Returned::Throttled;
    }
    let Some(invoked) = invoked else {
        let (error_type, message) = if fault == Some(Fault::FunctionError) {
            ("InjectedError", "an injected error")
        } else {
            ("RequestEntityTooLarge", "the event is larger than 6 MB")
        };
        return error(error_type, message.to_owned());
    };
    let mut invoked = pin!(Some(invoked));
    let mut timer = Timer::new(timeout);
    // A fault during the work strikes after so many polls, if the function isn't done before.
    let during = matches!(fault, Some(Fault::Panic | Fault::Timeout));
    let mut left = polls.filter(|_| during);
    let returned = poll_fn(|context| {
        let polled = invoked
            .as_mut()
            .as_pin_mut()
            .map(|invoked| invoked.poll(context));
        if let Some(Poll::Ready(returned)) = polled {
            return Poll::Ready(Some(returned));
        }
        if let Some(left) = &mut left {
            *left -= 1;
            if *left == 0 {
                return Poll::Ready(None);
            }
        }
        timer.poll(context).map(|()| None)
    })
    .await;
    panic::discard_pinned(invoked);
    match (fault, returned) {
        (Some(Fault::Crash), _) => error(
            "Runtime.ExitError",
            format!(
                "RequestId: {} Error: Runtime exited with error: signal: killed",
                request_id(number)
            ),
        ),
        (Some(Fault::Panic), _) => error("Panic", "Lambda panicked: injected".to_owned()),
        (Some(Fault::Duplicate), Some(_)) => Returned::Forgotten,
        (Some(Fault::Timeout), _) | (_, None) => {
            if time_passes {
                poll_fn(|context| timer.poll(context)).await;
            }
            Returned::TimedOut
        }
        (_, Some(Ok(response))) => Returned::Response(response),
        (_, Some(Err(error))) => Returned::Error(error),
    }
}

/// Does what follows from how an invocation ended, and writes it down.
fn settle(feed: &mut dyn Feed, finished: Finished, world: &mut World<'_>) {
    let Finished {
        number,
        delivery,
        started_at,
        fault,
        returned,
    } = finished;
    let batch: Vec<&SimRecord> = delivery
        .records
        .iter()
        .map(|record| &world.records[*record])
        .collect();
    let throttled = matches!(returned, Returned::Throttled);
    let Judged {
        outcome,
        verdict,
        state,
        doubtful,
    } = judge::judge(returned, number, &batch, world.settings);
    let settlement = Settlement {
        number,
        function_error: outcome.is_function_error(),
        verdict,
        state,
        doubtful: doubtful.map(|(positions, because)| {
            let records = positions.into_iter().map(|at| delivery.records[at]);
            (records.collect(), because)
        }),
    };
    if !throttled {
        for record in &delivery.records {
            world.history.records[*record].deliveries += 1;
        }
    }
    let undone = match &settlement.verdict {
        Verdict::Undone(positions) => positions.iter().map(|at| delivery.records[*at]).collect(),
        _ => Vec::new(),
    };
    let settled = feed.settle(&delivery, &settlement, world);
    let since =
        |at: u64| Duration::from_millis(at - world.settings.enabled_at(world.records.len()));
    world.history.invocations.push(Invocation {
        number,
        started_at: since(started_at),
        ended_at: since(world.now),
        place: delivery.place,
        identifiers: batch
            .iter()
            .map(|record| record.identifier.clone())
            .collect(),
        outcome,
        fault,
        next_step: settled.next_step,
        batch: delivery.records,
        done: settled.done,
        undone,
    });
}
