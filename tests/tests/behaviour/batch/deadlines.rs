//! `record_timeout`, the invocation's deadline, and what becomes of what they cancel.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use serde_json::Value;
use stream_handler::{
    Batch, BatchError, BatchResponse, LambdaEvent, Record,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls, Item, Source,
    events::{self, event, with},
    invocation, invocation_within,
    logs::Logs,
    panics::quiet,
    reported,
};
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// A call that tells when it is dropped before its end, and panics then if the text says so.
struct Call<'c> {
    text: &'c str,
    calls: &'c Calls,
    ended: bool,
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.calls.add(format!("{} cancelled", self.text));
            assert!(!self.text.ends_with("bomb"), "provoked by cancelling");
        }
    }
}

/// Takes as many seconds as the text begins with.
async fn act(text: &str, calls: &Calls) {
    let seconds = text.split(' ').next().unwrap().parse().unwrap();
    let mut call = Call {
        text,
        calls,
        ended: false,
    };
    sleep(Duration::from_secs(seconds)).await;
    call.ended = true;
    calls.add(text);
}

fn image(record: DynamoDbRecord<Item, ()>) -> String {
    match record.into_change() {
        Change::Insert { new } => new.text,
        other => panic!("not an insert: {other:?}"),
    }
}

/// A function of each source with the same options, and the choice between them.
macro_rules! functions {
    ($name:ident $kinesis:ident $dynamodb:ident $sqs:ident, $($options:tt)*) => {
        #[stream_handler($($options)*)]
        async fn $kinesis(record: KinesisRecord<String>, calls: &Calls) {
            act(record.data(), calls).await;
        }

        #[stream_handler($($options)*)]
        async fn $dynamodb(record: DynamoDbRecord<Item, ()>, calls: &Calls) {
            act(&image(record), calls).await;
        }

        #[stream_handler($($options)*)]
        async fn $sqs(message: SqsMessage<String>, calls: &Calls) {
            act(message.body(), calls).await;
        }

        async fn $name(
            source: Source,
            event: &Value,
            left: Option<Duration>,
            calls: &Calls,
        ) -> Result<BatchResponse, BatchError> {
            match source {
                Source::Kinesis => $kinesis::batch(within(event, left), calls).await,
                Source::DynamoDb => $dynamodb::batch(within(event, left), calls).await,
                Source::Sqs => $sqs::batch(within(event, left), calls).await,
            }
        }
    };
}

functions!(by_default kinesis dynamodb sqs,);
functions!(without_deadline kinesis_off dynamodb_off sqs_off, deadline_margin = "off");
functions!(with_margin kinesis_margin dynamodb_margin sqs_margin, deadline_margin = "4s");
functions!(at_once kinesis_3 dynamodb_3 sqs_3, concurrency = 3);
functions!(timed kinesis_timed dynamodb_timed sqs_timed, record_timeout = "1500ms");
functions!(timed_at_once kinesis_both dynamodb_both sqs_both, record_timeout = "1500ms", concurrency = 3);

fn within<R: Record>(event: &Value, left: Option<Duration>) -> LambdaEvent<Batch<R>> {
    match left {
        Some(left) => invocation_within(event, left),
        None => invocation(event),
    }
}

/// Whether so many seconds have passed, give or take a little that was real.
fn took(begun: Instant, seconds: f32) -> bool {
    (begun.elapsed().as_secs_f32() - seconds).abs() < 0.2
}

#[tokio::test(start_paused = true)]
async fn half_a_second_is_left_to_answer() {
    for source in Source::ALL {
        let (logs, calls, begun) = (Logs::capture(), Calls::default(), Instant::now());
        let event = source.event(&["3", "3", "3", "3", "3"]);
        let response = reported(by_default(source, &event, Some(10 * SECOND), &calls)).await;
        let expected: &[_] = if source.is_stream() {
            &["4"]
        } else {
            &["4", "5"]
        };
        assert_eq!(response, expected, "{source:?}");
        assert_eq!(calls.all(), ["3", "3", "3", "3 cancelled"], "{source:?}");
        assert!(took(begun, 9.5), "{source:?}: {:?}", begun.elapsed());
        let cancelled = logs.with("record cancelled at the deadline");
        assert_eq!(cancelled.len(), 1);
        assert_eq!(cancelled[0].fields["identifier"], "4");
        let batch = &logs.with("batch handled")[0].fields;
        assert_eq!((&*batch["interrupted"], &*batch["not_started"]), ("1", "1"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_margin_can_be_set() {
    for source in Source::ALL {
        let (calls, begun) = (Calls::default(), Instant::now());
        let event = source.event(&["5", "5"]);
        let response = reported(with_margin(source, &event, Some(10 * SECOND), &calls)).await;
        assert_eq!(response, ["2"], "{source:?}");
        assert!(took(begun, 6.), "{source:?}: {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_margin_takes_no_more_than_half_of_the_time() {
    for source in Source::ALL {
        let (calls, begun) = (Calls::default(), Instant::now());
        let event = source.event(&["2", "2"]);
        let response = reported(with_margin(source, &event, Some(6 * SECOND), &calls)).await;
        assert_eq!(response, ["2"], "{source:?}");
        assert!(took(begun, 3.), "{source:?}: {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_can_be_turned_off() {
    for source in Source::ALL {
        let (calls, event) = (Calls::default(), source.event(&["30", "30"]));
        let batch = without_deadline(source, &event, Some(10 * SECOND), &calls);
        assert!(reported(batch).await.is_empty(), "{source:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_in_the_past_is_none() {
    for source in Source::ALL {
        let event = source.event(&["3600", "3600"]);
        for left in [None, Some(Duration::ZERO)] {
            let calls = Calls::default();
            assert!(
                reported(by_default(source, &event, left, &calls))
                    .await
                    .is_empty()
            );
        }
    }
    let mut invocation = invocation(&Source::Sqs.event(&["3600"]));
    // A second after 1970 began.
    invocation.context.deadline = 1_000;
    let calls = Calls::default();
    assert!(reported(sqs::batch(invocation, &calls)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn all_that_runs_is_cancelled() {
    quiet();
    for text in ["60", "60 bomb"] {
        for source in Source::ALL {
            let calls = Calls::default();
            let mut records = [1, 2, 3, 4, 5].map(|id| source.record(&id.to_string(), text));
            for (record, lane) in records.iter_mut().zip(["a", "b", "c", "d", "e"]) {
                *record = match source {
                    Source::Kinesis => with(record.take(), "/kinesis/partitionKey", lane),
                    Source::DynamoDb => with(record.take(), "/dynamodb/Keys/Id/N", lane),
                    Source::Sqs => record.take(),
                };
            }
            let event = event(records);
            let batch = at_once(source, &event, Some(10 * SECOND), &calls);
            let response = reported(batch).await;
            let unprocessed = if source.is_stream() { 1 } else { 5 };
            assert_eq!(response, ["1", "2", "3", "4", "5"][..unprocessed]);
            // Before the response, and although dropping one may panic.
            let cancelled = format!("{text} cancelled");
            assert_eq!(calls.all(), vec![cancelled; 3], "{source:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_one_is_cancelled_is_contained() {
    quiet();
    for source in Source::ALL {
        let (calls, event) = (Calls::default(), source.event(&["1", "60 bomb", "1"]));
        let response = reported(by_default(source, &event, Some(10 * SECOND), &calls)).await;
        assert_eq!(response[0], "2");
        assert_eq!(calls.all(), ["1", "60 bomb cancelled"]);

        for concurrency in [1, 3] {
            let calls = Calls::default();
            let batch = async {
                match concurrency {
                    1 => timed(source, &event, None, &calls).await,
                    _ => timed_at_once(source, &event, None, &calls).await,
                }
            };
            assert_eq!(reported(batch).await, ["2"], "{source:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_out_costs_one_record() {
    for source in Source::ALL {
        let (logs, calls, begun) = (Logs::capture(), Calls::default(), Instant::now());
        let event = source.event(&["1", "2", "1", "60"]);
        let response = reported(timed(source, &event, None, &calls)).await;
        assert_eq!(logs.errors()[0], "the record handler took longer than 1.5s");
        assert_eq!(logs.with("record failed")[0].fields["reason"], "Timeout");
        if source.is_stream() {
            assert_eq!(response, ["2"]);
            assert_eq!(calls.all(), ["1", "2 cancelled"]);
            assert!(took(begun, 2.5), "{:?}", begun.elapsed());
        } else {
            assert_eq!(response, ["2", "4"]);
            assert_eq!(calls.all(), ["1", "2 cancelled", "1", "60 cancelled"]);
            assert!(took(begun, 5.), "{:?}", begun.elapsed());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_out_is_each_records_own() {
    for source in Source::ALL {
        let (calls, event) = (Calls::default(), source.event(&["1"; 20]));
        let response = reported(timed(source, &event, None, &calls)).await;
        assert!(response.is_empty(), "{source:?}");
        assert_eq!(calls.all().len(), 20);
    }
    let (calls, begun) = (Calls::default(), Instant::now());
    let event = Source::Sqs.event(&["9", "1", "9", "9", "1"]);
    let response = reported(timed_at_once(Source::Sqs, &event, None, &calls)).await;
    assert_eq!(response, ["1", "3", "4"]);
    // 9, 1 and 9 begin at 0, the third 9 after 1, the second 1 after 1.5.
    assert!(took(begun, 2.5), "{:?}", begun.elapsed());
}

/// A plain function can't be cancelled, but nothing starts after it.
#[tokio::test(start_paused = true)]
async fn plain_functions_stop_between_records() {
    #[stream_handler]
    fn plain(message: SqsMessage<String>, calls: &Calls) {
        let three_seconds = pin!(tokio::time::advance(3 * SECOND));
        // It has passed once it is polled.
        let _ = three_seconds.poll(&mut Context::from_waker(Waker::noop()));
        calls.add(message.message_id());
    }

    let (calls, event) = (
        Calls::default(),
        Source::Sqs.event(&["", "", "", "", "", ""]),
    );
    let batch = plain::batch(within(&event, Some(10 * SECOND)), &calls);
    assert_eq!(reported(batch).await, ["5", "6"]);
    assert_eq!(calls.all(), ["1", "2", "3", "4"]);
}

/// Uses up what Tokio lets a task do before others have their turn, again and again.
#[stream_handler(deadline_margin = "1ms")]
async fn busy(_: SqsMessage<String>) {
    loop {
        tokio::task::coop::consume_budget().await;
    }
}

#[tokio::test]
async fn a_handler_that_leaves_no_budget_is_cancelled_at_the_deadline() {
    let event = event([events::sqs("first", "")]);
    let response = reported(busy::batch(invocation_within(&event, SECOND / 20))).await;
    assert_eq!(response, ["first"]);
}
