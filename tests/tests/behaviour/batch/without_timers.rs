//! Runtimes without timers, and no runtime at all: nothing can be cut off, and all else works.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use stream_handler::{sqs::SqsMessage, stream_handler};
use stream_handler_tests::{Calls, Source, invocation, invocation_within, logs::Logs, reported};
use tokio::task::yield_now;

const HOUR: Duration = Duration::from_secs(3_600);

#[stream_handler(concurrency = 2)]
async fn at_once(message: SqsMessage<String>, calls: &Calls) -> Result<(), String> {
    act(message, calls).await
}

#[stream_handler]
async fn one_by_one(message: SqsMessage<String>, calls: &Calls) -> Result<(), String> {
    act(message, calls).await
}

#[stream_handler(record_timeout = "2s")]
async fn timed(message: SqsMessage<String>, calls: &Calls) -> Result<(), String> {
    act(message, calls).await
}

async fn act(message: SqsMessage<String>, calls: &Calls) -> Result<(), String> {
    yield_now().await;
    calls.add(message.body());
    if message.body() == "bad" {
        Err("bad".into())
    } else {
        Ok(())
    }
}

/// Handles the same batch with each function, and tells what was warned of.
async fn handle(left: Option<Duration>) -> Vec<String> {
    let logs = Logs::capture();
    let event = Source::Sqs.event(&["a", "bad", "c"]);
    for function in 0..3 {
        let event = match left {
            Some(left) => invocation_within(&event, left),
            None => invocation(&event),
        };
        let calls = Calls::default();
        let response = reported(async {
            match function {
                0 => one_by_one::batch(event, &calls).await,
                1 => at_once::batch(event, &calls).await,
                _ => timed::batch(event, &calls).await,
            }
        });
        assert_eq!(response.await, ["2"], "function {function}");
        assert_eq!(calls.all(), ["a", "bad", "c"], "function {function}");
    }
    let warnings = logs
        .lines()
        .into_iter()
        .filter(|line| line.level == tracing::Level::WARN);
    warnings
        .map(|line| line.fields["message"].clone())
        .collect()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// One warning for each batch that has a deadline, and one for that with a time-out.
fn check(warnings: &[String], deadlines: usize) {
    let about = |what: &str| {
        let about = warnings.iter().filter(|warning| warning.contains(what));
        about.count()
    };
    assert_eq!(
        about("the deadline is not watched"),
        deadlines,
        "{warnings:?}"
    );
    assert_eq!(about("`record_timeout`"), 1, "{warnings:?}");
    assert_eq!(warnings.len(), deadlines + 1, "{warnings:?}");
}

#[test]
fn a_runtime_without_timers_is_warned_of() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    check(&runtime.block_on(handle(None)), 0);
    check(&runtime.block_on(handle(Some(HOUR))), 3);
}

#[test]
fn so_is_that_there_is_no_runtime() {
    check(&block_on(handle(None)), 0);
    check(&block_on(handle(Some(HOUR))), 3);
}

#[tokio::test]
async fn nothing_is_warned_of_otherwise() {
    assert!(handle(Some(HOUR)).await.is_empty());
}
