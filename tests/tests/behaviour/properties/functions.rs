//! The functions under test, and their own account of what happened.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread::panicking,
    time::Duration,
};

use stream_handler::{
    BatchError, BatchResponse, DeadLetter, Failure,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{Item, invocation, invocation_within};
use tokio::time::Instant;

use super::plan::{Act, End, Kind, Options, Plan, UNIT};

/// Every concurrency that there are functions of.
pub(crate) const CONCURRENCY: [usize; 5] = [1, 2, 3, 5, 8];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A function was called with the record.
    Start,
    Success,
    Failure,
    /// The function was dropped before its end.
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Handler,
    Letter,
}

/// A line of the account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) record: usize,
    pub(crate) who: Who,
    pub(crate) what: What,
    /// Since the batch began.
    pub(crate) at: Duration,
}

/// What the functions share: the plan that they follow, and the account that they give.
#[derive(Debug)]
pub(crate) struct World<'p> {
    plan: &'p Plan,
    begun: Instant,
    account: Mutex<Account>,
}

#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) lines: Vec<Line>,
    pub(crate) running: usize,
    pub(crate) most_running: usize,
}

/// The response, and the functions' account.
pub(crate) struct Run {
    pub(crate) response: Result<BatchResponse, BatchError>,
    pub(crate) account: Account,
}

/// Handles a plan's batch, on a clock of its own that goes on only while nothing can run.
pub(crate) fn run(plan: &Plan) -> Run {
    stream_handler_tests::panics::quiet();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let world = World {
            plan,
            begun: Instant::now(),
            account: Mutex::default(),
        };
        let response = world.handle().await;
        let account = world.account.into_inner();
        Run {
            response,
            account: account.unwrap_or_else(PoisonError::into_inner),
        }
    })
}

impl World<'_> {
    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, record: usize, who: Who, what: What) {
        let mut account = self.account();
        match what {
            What::Start => account.running += 1,
            What::Success | What::Failure | What::Cancelled => account.running -= 1,
        }
        account.most_running = account.most_running.max(account.running);
        account.lines.push(Line {
            record,
            who,
            what,
            at: self.begun.elapsed(),
        });
    }

    async fn act(&self, record: usize, who: Who) -> Result<(), Failure> {
        let planned = &self.plan.records[record];
        let act = match who {
            Who::Handler => planned.handler,
            Who::Letter => planned.letter,
        };
        let mut call = Call {
            world: self,
            record,
            who,
            end: What::Cancelled,
            bomb: act.bomb,
        };
        self.write(record, who, What::Start);
        for _ in 0..act.yields {
            tokio::task::yield_now().await;
        }
        if act.takes > 0 {
            tokio::time::sleep(UNIT * act.takes).await;
        }
        call.end(act)
    }
}

/// A call of a function.
struct Call<'w> {
    world: &'w World<'w>,
    record: usize,
    who: Who,
    end: What,
    bomb: bool,
}

impl Call<'_> {
    fn end(&mut self, act: Act) -> Result<(), Failure> {
        self.end = What::Failure;
        match act.end {
            End::Success => {
                self.end = What::Success;
                Ok(())
            }
            End::Error => Err("an error")?,
            End::Permanent => Err(Failure::permanent("bad for good")),
            End::Panic => panic!("provoked"),
        }
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.world.write(self.record, self.who, self.end);
        assert!(
            !self.bomb || self.end != What::Cancelled || panicking(),
            "provoked by cancelling"
        );
    }
}

fn position(text: &str) -> usize {
    text.parse().expect("a position")
}

async fn on_letter(letter: DeadLetter, world: &World<'_>) -> Result<(), Failure> {
    let record = Plan::position(letter.record());
    world.act(record, Who::Letter).await
}

/// The text of each source's records.
trait Position {
    fn position(self) -> usize;
}

impl Position for KinesisRecord<String> {
    fn position(self) -> usize {
        position(self.data())
    }
}

impl Position for SqsMessage<String> {
    fn position(self) -> usize {
        position(self.body())
    }
}

impl Position for DynamoDbRecord<Item, ()> {
    fn position(self) -> usize {
        match self.into_change() {
            Change::Insert { new } => position(&new.text),
            other => panic!("not an insert: {other:?}"),
        }
    }
}

/// The functions of a source, three for each concurrency, and the choice between them.
macro_rules! functions {
    ($source:ident, $record:ty, $($concurrency:tt: $plain:ident $letters:ident $strict:ident,)+) => {
        $(
            #[stream_handler(concurrency = $concurrency)]
            async fn $plain(record: $record, world: &World<'_>) -> Result<(), Failure> {
                world.act(record.position(), Who::Handler).await
            }

            #[stream_handler(
                concurrency = $concurrency,
                record_timeout = "330s",
                dead_letter = on_letter,
                undecodable = "permanent"
            )]
            async fn $letters(record: $record, world: &World<'_>) -> Result<(), Failure> {
                world.act(record.position(), Who::Handler).await
            }

            #[stream_handler(
                concurrency = $concurrency,
                dead_letter = on_letter,
                on_full_failure = "error"
            )]
            async fn $strict(record: $record, world: &World<'_>) -> Result<(), Failure> {
                world.act(record.position(), Who::Handler).await
            }
        )+

        async fn $source(world: &World<'_>) -> Result<BatchResponse, BatchError> {
            let event = world.plan.event();
            let event = match world.plan.left {
                Some(left) => invocation_within(&event, left),
                None => invocation(&event),
            };
            match (world.plan.concurrency, world.plan.options) {
                $(
                    ($concurrency, Options::Plain) => $plain::batch(event, world).await,
                    ($concurrency, Options::Letters) => $letters::batch(event, world).await,
                    ($concurrency, Options::Strict) => $strict::batch(event, world).await,
                )+
                (other, _) => panic!("no function with a concurrency of {other}"),
            }
        }
    };
}

functions! { kinesis, KinesisRecord<String>,
    1: kinesis_1 kinesis_1_letters kinesis_1_strict,
    2: kinesis_2 kinesis_2_letters kinesis_2_strict,
    3: kinesis_3 kinesis_3_letters kinesis_3_strict,
    5: kinesis_5 kinesis_5_letters kinesis_5_strict,
    8: kinesis_8 kinesis_8_letters kinesis_8_strict,
}

functions! { dynamodb, DynamoDbRecord<Item, ()>,
    1: dynamodb_1 dynamodb_1_letters dynamodb_1_strict,
    2: dynamodb_2 dynamodb_2_letters dynamodb_2_strict,
    3: dynamodb_3 dynamodb_3_letters dynamodb_3_strict,
    5: dynamodb_5 dynamodb_5_letters dynamodb_5_strict,
    8: dynamodb_8 dynamodb_8_letters dynamodb_8_strict,
}

functions! { sqs, SqsMessage<String>,
    1: sqs_1 sqs_1_letters sqs_1_strict,
    2: sqs_2 sqs_2_letters sqs_2_strict,
    3: sqs_3 sqs_3_letters sqs_3_strict,
    5: sqs_5 sqs_5_letters sqs_5_strict,
    8: sqs_8 sqs_8_letters sqs_8_strict,
}

impl World<'_> {
    async fn handle(&self) -> Result<BatchResponse, BatchError> {
        match self.plan.kind {
            Kind::Kinesis => kinesis(self).await,
            Kind::DynamoDb => dynamodb(self).await,
            Kind::Standard | Kind::Fifo => sqs(self).await,
        }
    }
}
