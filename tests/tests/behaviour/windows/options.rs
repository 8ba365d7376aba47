//! The closing function when it fails, and windows with other options.

use std::{
    sync::Mutex,
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use stream_handler::{
    Batch, BatchSummary, Context, DeadLetter, Failure, LambdaEvent, Observer,
    kinesis::KinesisRecord, stream_handler,
};
use stream_handler_tests::{
    Calls, Source,
    events::{self, in_window},
    failure, folded, invocation,
    panics::quiet,
};

use super::{CLOSED, STREAMS, Seen, act, batch, closing, on_kinesis, texts};

#[tokio::test]
async fn a_closing_that_fails_fails_the_invocation() {
    quiet();
    for source in STREAMS {
        for (last, error) in [
            ("close fails", "no room"),
            (
                "close panics",
                "the closing function panicked: provoked by closing",
            ),
        ] {
            let calls = Calls::default();
            let event = in_window(source.event(&["a", last]), json!({}), true);
            let diagnostic = failure(batch(source, &event, &calls)).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.WindowNotClosed");
            assert_eq!(
                diagnostic.error_message,
                format!(
                    "a tumbling window of {}: the window is not closed: {error}",
                    source.name()
                )
            );
            assert_eq!(calls.all().len(), 3);
        }
    }
}

/// An invocation with so long to go until its deadline.
fn limited(event: &Value, left: Duration) -> LambdaEvent<Batch<KinesisRecord<String>>> {
    let mut invocation = invocation(event);
    let deadline = SystemTime::now() + left;
    let since = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let mut context = Context::default();
    context.deadline = u64::try_from(since.as_millis()).unwrap();
    invocation.context = context;
    invocation
}

#[tokio::test]
async fn the_deadline_ends_records_and_closing() {
    let calls = Calls::default();
    let left = Duration::from_millis(200);
    let event = in_window(Source::Kinesis.event(&["a", "hang", "c"]), json!({}), true);
    let response = folded(on_kinesis::batch(limited(&event, left), &calls)).await;
    assert_eq!(response, (vec!["2".to_owned()], texts(&["a"])));

    let event = in_window(Source::Kinesis.event(&["close hangs"]), json!({}), true);
    let diagnostic = failure(on_kinesis::batch(limited(&event, left), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.WindowNotClosed");
    let expected = "the closing function did not finish by the deadline";
    assert!(
        diagnostic.error_message.ends_with(expected),
        "{diagnostic:?}"
    );
}

#[derive(Default)]
struct Summaries(Mutex<Vec<BatchSummary>>);

impl Observer for Summaries {
    fn batch_finished(&self, batch: &BatchSummary) {
        self.0.lock().unwrap().push(batch.clone());
    }
}

static SUMMARIES: Summaries = Summaries(Mutex::new(Vec::new()));

async fn to_calls(letter: DeadLetter, calls: &Calls) {
    calls.add(format!("letter {}", letter.identifier().unwrap()));
}

#[stream_handler(
    window = closing,
    record_timeout = "20ms",
    dead_letter = to_calls,
    undecodable = "permanent",
    observer = SUMMARIES
)]
async fn with_options(
    record: KinesisRecord<String>,
    calls: &Calls,
    #[state] seen: &mut Seen,
    #[context] _context: &Context,
) -> Result<(), Failure> {
    act(record.data(), seen, calls).await
}

/// A record that was dead-lettered is done, and not in the state.
#[tokio::test]
async fn other_options_go_on_working() {
    let calls = Calls::default();
    let records = [
        events::kinesis("1", "a"),
        events::kinesis("2", "permanent"),
        events::kinesis("3", [0xff]),
        events::kinesis("4", "d"),
        events::kinesis("5", "hang"),
    ];
    let event = in_window(events::event(records), json!({}), true);
    let response = folded(with_options::batch(invocation(&event), &calls)).await;
    assert_eq!(response, (vec!["5".to_owned()], texts(&["a", "d"])));
    assert_eq!(
        calls.all(),
        ["a", "permanent", "letter 2", "letter 3", "d", "hang"]
    );
    let event = in_window(Source::Kinesis.event(&["close fails"]), json!({}), true);
    failure(with_options::batch(invocation(&event), &calls)).await;
    let summaries = SUMMARIES.0.lock().unwrap().clone();
    let numbers = summaries
        .iter()
        .map(|batch| (batch.records, batch.processed, batch.reported));
    assert_eq!(numbers.collect::<Vec<_>>(), [(5, 2, Some(1)), (1, 1, None)]);
}

#[tokio::test]
async fn none_done_is_told_before_the_window() {
    #[stream_handler(window = closing, on_full_failure = "error")]
    async fn strict(
        record: KinesisRecord<String>,
        #[state] seen: &mut Seen,
        calls: &Calls,
    ) -> Result<(), Failure> {
        act(record.data(), seen, calls).await
    }
    let calls = Calls::default();
    let event = in_window(Source::Kinesis.event(&["bad"]), json!({}), true);
    let diagnostic = failure(strict::batch(invocation(&event), &calls)).await;
    assert_eq!(diagnostic.error_type, "StreamHandler.NoneProcessed");
    // No records are no failed ones.
    let event = in_window(Source::Kinesis.event(&[]), json!({}), true);
    folded(strict::batch(invocation(&event), &calls)).await;
    assert_eq!(calls.all(), ["bad".to_owned(), format!("close  {CLOSED}")]);
}

/// The record types of the `aws_lambda_events` crate have windows too.
#[tokio::test]
async fn records_of_another_crate() {
    use aws_lambda_events::event::kinesis::KinesisEventRecord;

    #[stream_handler(window = closing)]
    fn on_record(record: KinesisEventRecord, #[state] seen: &mut Seen, calls: &Calls) {
        let number = record.kinesis.sequence_number;
        calls.add(&number);
        seen.texts.push(number);
    }
    let calls = Calls::default();
    let event = in_window(Source::Kinesis.event(&["a", "b"]), json!({}), true);
    let response = folded(on_record::batch(invocation(&event), &calls)).await;
    assert_eq!(response, (Vec::new(), texts(&[])));
    assert_eq!(calls.all().last().unwrap(), &format!("close 1+2 {CLOSED}"));
}
