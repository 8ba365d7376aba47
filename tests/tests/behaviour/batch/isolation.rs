//! Invocations share nothing, one after another and at once.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use stream_handler::{
    Context, LambdaEvent, kinesis::KinesisRecord, sqs::SqsMessage, stream_handler,
};
use stream_handler_tests::{
    Calls, Source,
    events::{event, fifo, kinesis, sqs},
    invocation, reported,
};
use tokio::sync::Barrier;

#[stream_handler]
async fn on_kinesis(record: KinesisRecord<String>, calls: &Calls) -> Result<(), String> {
    calls.add(record.data());
    // Lets another batch on the same thread go on.
    tokio::task::yield_now().await;
    if record.data().starts_with("bad") {
        Err("bad".into())
    } else {
        Ok(())
    }
}

#[stream_handler]
async fn on_sqs(message: SqsMessage<String>, calls: Arc<Calls>) -> Result<(), String> {
    calls.add(message.body());
    tokio::task::yield_now().await;
    if message.body().starts_with("bad") {
        Err("bad".into())
    } else {
        Ok(())
    }
}

/// Two events of the same shape, the second record of the first failing.
fn two_events() -> [Value; 2] {
    let first = ["a", "bad", "c"].map(|text| kinesis(&format!("first-{text}"), text));
    let second = ["d", "e", "f"].map(|text| kinesis(&format!("second-{text}"), text));
    [event(first), event(second)]
}

#[tokio::test]
async fn one_after_another() {
    let [first, second] = two_events();
    let calls = Calls::default();
    for _ in 0..2 {
        let response = reported(on_kinesis::batch(invocation(&first), &calls)).await;
        assert_eq!(response, ["first-bad"]);
        let response = reported(on_kinesis::batch(invocation(&second), &calls)).await;
        assert!(response.is_empty());
    }
    let all = ["a", "bad", "d", "e", "f"];
    assert_eq!(calls.all(), [all, all].concat());
}

#[tokio::test]
async fn interleaved_on_one_thread() {
    let [first, second] = two_events();
    let calls = Calls::default();
    let (one, other) = tokio::join!(
        reported(on_kinesis::batch(invocation(&first), &calls)),
        reported(on_kinesis::batch(invocation(&second), &calls)),
    );
    assert_eq!(one, ["first-bad"]);
    assert!(other.is_empty());
    // Neither waited for the other to end.
    assert_eq!(calls.all()[..2], ["a", "d"]);
    assert_eq!(calls.all().len(), 5);
}

#[tokio::test]
async fn a_group_is_stopped_in_one_batch_only() {
    let calls = Arc::new(Calls::default());
    let first = event([fifo("1", "a", "bad"), fifo("2", "a", "first")]);
    let second = event([fifo("3", "a", "second"), fifo("4", "a", "second too")]);
    let (one, other) = tokio::join!(
        reported(on_sqs::batch(invocation(&first), calls.clone())),
        reported(on_sqs::batch(invocation(&second), calls.clone())),
    );
    assert_eq!(one, ["1", "2"]);
    assert!(other.is_empty());
    assert_eq!(calls.all(), ["bad", "second", "second too"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spawned_on_many_threads() {
    let calls = Arc::new(Calls::default());
    let tasks: Vec<_> = (0..50)
        .map(|batch| {
            let messages = (0..10).map(|message| {
                let body = if message == batch % 10 { "bad" } else { "good" };
                sqs(&format!("{batch}-{message}"), body)
            });
            let event = invocation(&event(messages));
            tokio::spawn(on_sqs::batch(event, calls.clone()))
        })
        .collect();
    for (batch, task) in tasks.into_iter().enumerate() {
        let response = reported(async { task.await.unwrap() }).await;
        assert_eq!(response, [format!("{batch}-{}", batch % 10)]);
    }
    assert_eq!(calls.all().len(), 500);
}

/// Each batch waits for the other, so neither ends unless both run at once.
#[tokio::test]
async fn each_has_its_own_context() {
    #[stream_handler]
    async fn meet(
        record: KinesisRecord<String>,
        #[context] context: &Context,
        calls: &Calls,
        meeting: &Barrier,
    ) {
        meeting.wait().await;
        calls.add(format!("{} in {}", record.data(), context.request_id));
    }

    let (calls, meeting) = (Calls::default(), Barrier::new(2));
    let invocation = |event: &Value, id: &str| {
        let LambdaEvent {
            payload,
            mut context,
            ..
        } = invocation(event);
        context.request_id = id.to_owned();
        LambdaEvent::new(payload, context)
    };
    let [first, second] = two_events();
    let both = Box::pin(async {
        tokio::join!(
            reported(meet::batch(invocation(&first, "one"), &calls, &meeting)),
            reported(meet::batch(invocation(&second, "two"), &calls, &meeting)),
        )
    });
    tokio::time::timeout(Duration::from_secs(10), both)
        .await
        .expect("both at once");
    let mut all = calls.all();
    all.sort();
    assert_eq!(
        all,
        [
            "a in one",
            "bad in one",
            "c in one",
            "d in two",
            "e in two",
            "f in two"
        ]
    );
}

#[tokio::test]
async fn a_batch_that_is_dropped_leaves_nothing_behind() {
    let calls = Calls::default();
    {
        let event = Source::Kinesis.event(&["a", "b"]);
        let batch = on_kinesis::batch(invocation(&event), &calls);
        tokio::select! {
            biased;
            _ = batch => panic!("the function yields first"),
            () = std::future::ready(()) => {}
        }
    }
    let [_, second] = two_events();
    assert!(
        reported(on_kinesis::batch(invocation(&second), &calls))
            .await
            .is_empty()
    );
    assert_eq!(calls.all(), ["a", "d", "e", "f"]);
}
