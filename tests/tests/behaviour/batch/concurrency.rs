//! `concurrency = N`: what overlaps, what doesn't, and what a failure stops.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stream_handler::{
    Batch, BatchError, BatchResponse, LambdaEvent,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls, Item,
    events::{event, fifo, insert, kinesis, sqs, with, without},
    invocation, reported,
};
use tokio::{
    sync::Barrier,
    time::{Instant, sleep, timeout},
};

/// Takes as many seconds as the name says, `a2` two of them, and fails if that ends in `!`.
async fn act(name: &str, calls: &Calls) -> Result<(), String> {
    calls.add(format!("+{name}"));
    let (_, seconds) = name.trim_end_matches('!').split_at(1);
    sleep(Duration::from_secs(seconds.parse().unwrap())).await;
    calls.add(format!("-{name}"));
    if name.ends_with('!') {
        return Err("bad".into());
    }
    Ok(())
}

/// A source's functions, without the option and with it, and the choice between them.
macro_rules! functions {
    ($source:ident, $record:ty, $text:expr, $one:ident $two:ident $four:ident) => {
        #[stream_handler]
        async fn $one(record: $record, calls: &Calls) -> Result<(), String> {
            act(&$text(record), calls).await
        }

        #[stream_handler(concurrency = 2)]
        async fn $two(record: $record, calls: &Calls) -> Result<(), String> {
            act(&$text(record), calls).await
        }

        #[stream_handler(concurrency = 4)]
        async fn $four(record: $record, calls: &Calls) -> Result<(), String> {
            act(&$text(record), calls).await
        }

        async fn $source(
            concurrency: usize,
            event: &Value,
            calls: &Calls,
        ) -> Result<BatchResponse, BatchError> {
            match concurrency {
                1 => $one::batch(invocation(event), calls).await,
                2 => $two::batch(invocation(event), calls).await,
                4 => $four::batch(invocation(event), calls).await,
                other => panic!("no function with a concurrency of {other}"),
            }
        }
    };
}

fn image(record: DynamoDbRecord<Item, ()>) -> String {
    match record.into_change() {
        Change::Insert { new } => new.text,
        other => panic!("not an insert: {other:?}"),
    }
}

functions!(on_kinesis, KinesisRecord<String>, KinesisRecord::into_data, kinesis_1 kinesis_2 kinesis_4);
functions!(on_dynamodb, DynamoDbRecord<Item, ()>, image, dynamodb_1 dynamodb_2 dynamodb_4);
functions!(on_sqs, SqsMessage<String>, SqsMessage::into_body, sqs_1 sqs_2 sqs_4);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Kinesis,
    DynamoDb,
    Standard,
    Fifo,
}

impl Kind {
    const ORDERED: [Self; 3] = [Self::Kinesis, Self::DynamoDb, Self::Fifo];
    const STREAMS: [Self; 2] = [Self::Kinesis, Self::DynamoDb];

    /// Records whose lane is their name's first letter, none if that is `?`; identified by position.
    fn event(self, names: &str) -> Value {
        let record = |(position, name): (usize, &str)| {
            let (id, lane) = (position.to_string(), &name[..1]);
            let (record, pointer, key) = match self {
                Self::Kinesis => (kinesis(&id, name), "/kinesis/partitionKey", json!(lane)),
                Self::DynamoDb => {
                    let key = json!({ "Id": { "S": lane } });
                    (insert(&id, name), "/dynamodb/Keys", key)
                }
                Self::Standard => return sqs(&id, name),
                Self::Fifo => (
                    fifo(&id, lane, name),
                    "/attributes/MessageGroupId",
                    json!(lane),
                ),
            };
            if lane == "?" {
                without(record, pointer)
            } else {
                with(record, pointer, key)
            }
        };
        event(names.split(' ').enumerate().map(record))
    }
}

/// What became of a batch.
#[derive(Debug)]
struct Handled {
    seconds: f32,
    reported: String,
    calls: String,
}

async fn handle(kind: Kind, concurrency: usize, names: &str) -> Handled {
    let (event, calls, begun) = (kind.event(names), Calls::default(), Instant::now());
    let response = async {
        match kind {
            Kind::Kinesis => on_kinesis(concurrency, &event, &calls).await,
            Kind::DynamoDb => on_dynamodb(concurrency, &event, &calls).await,
            Kind::Standard | Kind::Fifo => on_sqs(concurrency, &event, &calls).await,
        }
    };
    let reported = reported(response).await.join(" ");
    Handled {
        seconds: begun.elapsed().as_secs_f32().round(),
        reported,
        calls: calls.all().join(" "),
    }
}

#[tokio::test(start_paused = true)]
async fn lanes_overlap() {
    for (names, concurrency, seconds) in [
        ("a2 b3 a1 b1 c1", 1, 8.),
        ("a2 b3 a1 b1 c1", 2, 4.),
        ("a2 b3 a1 b1 c1", 4, 4.),
        // One lane is one after another, however many may run.
        ("a1 a1 a1", 4, 3.),
        // No more than may.
        ("a1 b1 c1 d1 e1 f1", 2, 3.),
        ("a1 b1 c1 d1 e1 f1", 4, 2.),
        // A lane that must wait holds up no other.
        ("a3 a1 a1 b1 c1 d1", 2, 5.),
        // What may be of any lane waits for all, and all wait for it.
        ("a1 b2 ?1 a1 b1", 4, 4.),
        ("?1 ?1 a1", 4, 3.),
    ] {
        for kind in Kind::ORDERED {
            let handled = handle(kind, concurrency, names).await;
            assert_eq!(handled.reported, "", "{kind:?} {names}");
            assert!(
                (handled.seconds - seconds).abs() < 0.5,
                "{kind:?} {names}: {handled:?}, expected {seconds} seconds"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_standard_queue_has_no_order() {
    for (concurrency, seconds) in [(1, 8.), (2, 4.), (4, 3.)] {
        let handled = handle(Kind::Standard, concurrency, "a2 a3 a1 a1 a1").await;
        assert!((handled.seconds - seconds).abs() < 0.5, "{handled:?}");
    }
    let handled = handle(Kind::Standard, 4, "a5 a1! a4 a3 a1!").await;
    assert_eq!(handled.reported, "1 4");
    assert_eq!(handled.calls, "+a5 +a1! +a4 +a3 -a1! +a1! -a1! -a3 -a4 -a5");
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_what_comes_later_in_a_stream() {
    for (names, checkpoint, calls) in [
        // What runs may finish; what is later doesn't start.
        ("a1! b2 c1", "0", "+a1! +b2 -a1! -b2"),
        // What is earlier does.
        ("a2 a1 b1! c1 d1", "2", "+a2 +b1! -b1! -a2 +a1 -a1"),
        // The first unprocessed record is the checkpoint, not the first failed one.
        ("a2! b1! c1", "0", "+a2! +b1! -b1! -a2!"),
        ("a2 a1! b1!", "1", "+a2 +b1! -b1! -a2 +a1! -a1!"),
        ("a1 ?1! b1", "1", "+a1 -a1 +?1! -?1!"),
        ("a1! ?1 b1", "0", "+a1! -a1!"),
    ] {
        for kind in Kind::STREAMS {
            let handled = handle(kind, 2, names).await;
            assert_eq!(handled.reported, checkpoint, "{kind:?} {names}");
            assert_eq!(handled.calls, calls, "{kind:?} {names}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_its_group_in_a_queue() {
    for (names, unprocessed, calls) in [
        ("a1! b2 a1 b1", "0 2", "+a1! +b2 -a1! -b2 +b1 -b1"),
        (
            "a3 b1! b1 c1 a1",
            "1 2",
            "+a3 +b1! -b1! +c1 -c1 -a3 +a1 -a1",
        ),
        ("a1 ?1! b1", "1 2", "+a1 -a1 +?1! -?1!"),
        ("a1! b1 ?1 b1", "0 2 3", "+a1! +b1 -a1! -b1"),
    ] {
        let handled = handle(Kind::Fifo, 2, names).await;
        assert_eq!(handled.reported, unprocessed, "{names}");
        assert_eq!(handled.calls, calls, "{names}");
    }
}

/// Those that are started together are not started before it is known that the first has failed.
#[tokio::test(start_paused = true)]
async fn what_fails_at_once_stops_what_comes_later_at_once() {
    #[stream_handler(concurrency = 4)]
    async fn fail(record: KinesisRecord<String>, calls: &Calls) -> Result<(), String> {
        tokio::task::consume_budget().await;
        calls.add(record.data());
        if record.data().ends_with('!') {
            Err("bad".into())
        } else {
            Ok(())
        }
    }

    for (names, checkpoint, called) in [("a! b c", "0", "a!"), ("a b! c d", "1", "a b!")] {
        let (event, calls) = (Kind::Kinesis.event(names), Calls::default());
        let response = reported(fail::batch(invocation(&event), &calls)).await;
        assert_eq!(response, [checkpoint]);
        assert_eq!(calls.all().join(" "), called);
    }
    // Neither is what can't be decoded.
    let mut event = Kind::Kinesis.event("a b c");
    event["Records"][1]["kinesis"]["data"] = json!("?");
    let calls = Calls::default();
    assert_eq!(
        reported(fail::batch(invocation(&event), &calls)).await,
        ["1"]
    );
    assert_eq!(calls.all(), ["a"]);
}

#[stream_handler(concurrency = 3)]
async fn meet(_record: SqsMessage<String>, meeting: Arc<Barrier>) {
    meeting.wait().await;
}

/// Each waits for two others, so none ends unless three run at once.
async fn three_meet(messages: usize) {
    let meeting = Arc::new(Barrier::new(3));
    let event = event((0..messages).map(|id| sqs(&id.to_string(), "")));
    let batch = reported(meet::batch(invocation(&event), meeting));
    let response = timeout(Duration::from_secs(10), batch).await;
    assert!(response.expect("three at once").is_empty());
}

#[tokio::test]
async fn on_one_thread() {
    three_meet(9).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_many_threads() {
    three_meet(9).await;
    // `Send`, and `'static` when what it is given is.
    let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(three_meet(9))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn batches_as_large_as_they_come() {
    #[stream_handler(concurrency = 10000)]
    async fn all_at_once(_message: SqsMessage<String>) {
        sleep(Duration::from_secs(1)).await;
    }

    #[stream_handler(concurrency = 100)]
    async fn by_the_hundred(message: SqsMessage<String>) -> Result<(), String> {
        sleep(Duration::from_secs(1)).await;
        if message.message_id().ends_with("00") {
            Err("bad".into())
        } else {
            Ok(())
        }
    }

    let event = event((1..=1_000).map(|id| sqs(&id.to_string(), "")));
    let batch: LambdaEvent<Batch<SqsMessage<String>>> = invocation(&event);
    let begun = Instant::now();
    assert!(reported(all_at_once::batch(batch.clone())).await.is_empty());
    assert_eq!(begun.elapsed().as_secs(), 1);
    let hundreds = (1..=10).map(|hundred| format!("{hundred}00"));
    assert!(
        reported(by_the_hundred::batch(batch))
            .await
            .into_iter()
            .eq(hundreds)
    );
    assert_eq!(begun.elapsed().as_secs(), 11);
}
