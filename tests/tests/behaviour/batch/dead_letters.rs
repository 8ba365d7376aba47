//! `dead_letter`: what goes there, what the letter tells, and what becomes of the record.

use std::{error::Error, fmt, future::pending};

use serde_json::{Value, json};
use stream_handler::{
    BatchError, BatchResponse, Context, DeadLetter, Failure, Permanent as _, Reason,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls, Item, Source,
    events::{event, fifo, sqs, with, without},
    invocation,
    logs::Logs,
    panics::quiet,
    reported,
};

/// An error with another behind it.
#[derive(Debug)]
struct Layer(&'static str, Option<Box<Layer>>);

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Layer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

fn layers() -> Layer {
    Layer("no such customer", Some(Layer("empty row", None).into()))
}

/// Fails as the text's first word says.
fn act(text: &str, calls: &Calls) -> Result<(), Failure> {
    calls.add(text);
    match text.split(' ').next() {
        Some("retry") => Err(Failure::transient(layers())),
        Some("?") => Err(layers())?,
        Some("permanent") => Err(Failure::permanent(layers())),
        Some(".permanent()") => Err(layers()).permanent(),
        Some("retry.permanent()") => Err(Failure::transient(layers())).permanent(),
        Some("panic") => panic!("provoked"),
        _ => Ok(()),
    }
}

/// Does with the letter what the record's text says at its end.
async fn on_letter(letter: DeadLetter, calls: &Calls) -> Result<(), Layer> {
    calls.add(serde_json::to_string(&letter).expect("JSON"));
    let end = letter.record();
    if end.contains("then fail") {
        return Err(layers());
    }
    assert!(!end.contains("then panic"), "provoked by a letter");
    if end.contains("then hang") {
        pending::<()>().await;
    }
    Ok(())
}

fn image(record: DynamoDbRecord<Item, ()>) -> String {
    match record.into_change() {
        Change::Insert { new } => new.text,
        other => panic!("not an insert: {other:?}"),
    }
}

#[stream_handler(dead_letter = on_letter, record_timeout = "2s")]
async fn on_dynamodb(record: DynamoDbRecord<Item, ()>, calls: &Calls) -> Result<(), Failure> {
    act(&image(record), calls)
}

#[stream_handler(dead_letter = on_letter, record_timeout = "2s")]
async fn on_kinesis(record: KinesisRecord<String>, calls: &Calls) -> Result<(), Failure> {
    act(record.data(), calls)
}

#[stream_handler(dead_letter = on_letter, record_timeout = "2s")]
async fn on_sqs(message: SqsMessage<String>, calls: &Calls) -> Result<(), Failure> {
    act(message.body(), calls)
}

async fn batch(source: Source, event: &Value, calls: &Calls) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => on_kinesis::batch(invocation(event), calls).await,
        Source::DynamoDb => on_dynamodb::batch(invocation(event), calls).await,
        Source::Sqs => on_sqs::batch(invocation(event), calls).await,
    }
}

/// The letters among the calls.
fn letters(calls: &Calls) -> Vec<Value> {
    let calls = calls.all().into_iter();
    let letters = calls.filter(|call| call.starts_with('{'));
    letters
        .map(|letter| serde_json::from_str(&letter).expect("JSON"))
        .collect()
}

#[tokio::test]
async fn what_failed_for_good_goes_there_and_is_done() {
    quiet();
    for source in Source::ALL {
        for text in ["permanent", ".permanent()", "retry.permanent()"] {
            let (logs, calls) = (Logs::capture(), Calls::default());
            let event = source.event(&["first", text, "last"]);
            assert!(reported(batch(source, &event, &calls)).await.is_empty());
            // A stream goes on.
            assert_eq!(calls.all()[3], "last", "{source:?} {text}");
            assert_eq!(letters(&calls).len(), 1, "{source:?} {text}");
            let line = &logs.with("record dead-lettered")[0].fields;
            assert_eq!(line["error"], "no such customer: empty row");
            assert_eq!(logs.with("batch handled")[0].fields["dead_lettered"], "1");
        }
        for text in ["retry", "?", "panic"] {
            let (calls, event) = (Calls::default(), source.event(&["first", text, "last"]));
            assert_eq!(reported(batch(source, &event, &calls)).await, ["2"]);
            assert!(letters(&calls).is_empty(), "{source:?} {text}");
        }
    }
}

#[tokio::test]
async fn a_letter_tells_all_about_a_record() {
    for source in Source::ALL {
        let (calls, mut event) = (Calls::default(), source.event(&["first", "permanent"]));
        let mut attempts = Value::Null;
        if source == Source::Sqs {
            let pointer = "/attributes/ApproximateReceiveCount";
            event["Records"][1] = with(event["Records"][1].take(), pointer, "3");
            attempts = json!(3);
        }
        event["Records"][1]["other"] = json!({ "kept": [1.50, "\u{e9}\n"] });
        assert!(reported(batch(source, &event, &calls)).await.is_empty());
        assert_eq!(
            letters(&calls),
            [json!({
                "source": source.name(),
                "identifier": "2",
                "reason": "error",
                "error": "no such customer: empty row",
                "attempts": attempts,
                "record": event["Records"][1],
            })]
        );
    }
}

#[tokio::test]
async fn a_letter_has_the_records_text_as_it_came() {
    #[stream_handler(dead_letter = check)]
    async fn fail(_message: SqsMessage<String>) -> Result<(), Failure> {
        Err(Failure::permanent(layers()))
    }

    async fn check(letter: DeadLetter) {
        assert_eq!(
            letter.record(),
            r#"{ "body" :"\u0061", "n": 1.50e0,"messageId":"x" }"#
        );
        assert_eq!(letter.source(), "SQS");
        assert_eq!(*letter.identifier().unwrap(), "x");
        assert_eq!(letter.reason(), Reason::Error);
        assert_eq!(letter.error(), "no such customer: empty row");
        assert_eq!(letter.attempts(), None);
        let debug = format!("{letter:?}");
        assert!(
            debug.contains("no such customer") && !debug.contains("1.50e0"),
            "{debug}"
        );
    }

    let event = r#"{"Records":[ { "body" :"\u0061", "n": 1.50e0,"messageId":"x" } ]}"#;
    assert!(reported(fail::batch(invocation(&event))).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_letter_that_is_not_sent_leaves_the_record_undone() {
    quiet();
    for source in Source::ALL {
        for (then, problem) in [
            ("fail", "no such customer: empty row"),
            (
                "panic",
                "the dead-letter function panicked: provoked by a letter",
            ),
            ("hang", "the dead-letter function took longer than 2s"),
        ] {
            let (logs, calls) = (Logs::capture(), Calls::default());
            // What a Kinesis record holds can't be read in the letter as it stands.
            let mut event = source.event(&["first", &format!("permanent then {then}"), "last"]);
            event["Records"][1]["note"] = json!(format!("then {then}"));
            let response = reported(batch(source, &event, &calls)).await;
            assert_eq!(response, ["2"], "{source:?} {then}");
            assert_eq!(calls.all().len(), if source.is_stream() { 3 } else { 4 });
            let line = &logs.with("record not dead-lettered")[0].fields;
            assert_eq!(line["error"], problem);
            // It failed as it did before.
            assert_eq!(logs.errors(), ["no such customer: empty row"]);
        }
    }
}

#[tokio::test]
async fn a_group_goes_on_when_its_letter_was_sent() {
    for (then, unprocessed, called) in [("", "", 4), (" then fail", "a1 a2", 3)] {
        let calls = Calls::default();
        let event = event([
            fifo("a1", "a", &format!("permanent{then}")),
            fifo("b1", "b", ""),
            fifo("a2", "a", ""),
        ]);
        let response = reported(on_sqs::batch(invocation(&event), &calls)).await;
        assert_eq!(response.join(" "), unprocessed);
        assert_eq!(calls.all().len(), called);
    }
}

/// Records of each source that can't be decoded, one not even an object.
fn undecodable(source: Source) -> Value {
    let payload = match source {
        Source::Kinesis => "/kinesis/data",
        Source::DynamoDb => "/dynamodb/NewImage",
        Source::Sqs => "/body",
    };
    event([
        source.record("1", "first"),
        without(source.record("2", ""), payload),
        json!([2]),
        source.record("4", "last"),
    ])
}

#[tokio::test]
async fn undecodable_records_go_there_when_asked() {
    #[stream_handler(dead_letter = on_letter, undecodable = "permanent")]
    async fn kinesis(record: KinesisRecord<String>, calls: &Calls) {
        calls.add(record.data());
    }

    #[stream_handler(dead_letter = on_letter, undecodable = "permanent")]
    async fn dynamodb(record: DynamoDbRecord<Item, ()>, calls: &Calls) {
        calls.add(image(record));
    }

    #[stream_handler(dead_letter = on_letter, undecodable = "permanent")]
    async fn sqs(message: SqsMessage<String>, calls: &Calls) {
        calls.add(message.body());
    }

    for (source, missing) in [
        (Source::Kinesis, "`kinesis.data` is missing"),
        (Source::DynamoDb, "`dynamodb.NewImage` of the INSERT"),
        (Source::Sqs, "`body` is missing"),
    ] {
        let (calls, event) = (Calls::default(), undecodable(source));
        let response = reported(async {
            match source {
                Source::Kinesis => kinesis::batch(invocation(&event), &calls).await,
                Source::DynamoDb => dynamodb::batch(invocation(&event), &calls).await,
                Source::Sqs => sqs::batch(invocation(&event), &calls).await,
            }
        });
        assert!(response.await.is_empty(), "{source:?}");
        assert_eq!((&*calls.all()[0], &*calls.all()[3]), ("first", "last"));
        let letters = letters(&calls);
        for (letter, position) in letters.iter().zip(1..) {
            assert_eq!(letter["reason"], "undecodable");
            assert_eq!(letter["record"], event["Records"][position]);
        }
        assert_eq!(
            (&letters[0]["identifier"], &letters[1]["identifier"]),
            (&json!("2"), &Value::Null)
        );
        let error = letters[0]["error"].as_str().unwrap();
        assert!(error.contains(missing), "{error}");
        assert!(
            letters[1]["error"]
                .as_str()
                .unwrap()
                .starts_with("the record can't be read")
        );
    }
}

#[tokio::test]
async fn undecodable_records_do_not_go_there_by_themselves() {
    for source in Source::ALL {
        let (calls, mut event) = (Calls::default(), undecodable(source));
        event["Records"].as_array_mut().unwrap().remove(2);
        assert_eq!(reported(batch(source, &event, &calls)).await, ["2"]);
        assert!(letters(&calls).is_empty());
    }
}

#[tokio::test]
async fn a_letter_comes_with_what_the_function_shares() {
    #[stream_handler(dead_letter = Queue::take)]
    async fn fail(
        _message: SqsMessage<String>,
        #[context] context: &Context,
        calls: &Calls,
        number: u8,
        name: String,
    ) -> Result<(), Failure> {
        calls.add(format!("{name} {number} {}", context.deadline));
        Err(Failure::permanent(layers()))
    }

    struct Queue;

    impl Queue {
        /// Its future may be of any type, and it need not return anything.
        fn take(
            _: DeadLetter,
            calls: &Calls,
            number: u8,
            name: String,
        ) -> impl Future<Output = ()> {
            calls.add(format!("{name} {number}"));
            std::future::ready(())
        }
    }

    let (calls, event) = (Calls::default(), event([sqs("1", ""), sqs("2", "")]));
    let batch = fail::batch(invocation(&event), &calls, 7, "name".to_owned());
    assert!(reported(batch).await.is_empty());
    assert_eq!(calls.all(), ["name 7 0", "name 7", "name 7 0", "name 7"]);
}

#[tokio::test]
async fn without_a_function_nothing_is_dropped() {
    #[stream_handler]
    async fn fail(_message: SqsMessage<String>) -> Result<(), Failure> {
        Err(Failure::permanent(layers()))
    }

    let event = event([sqs("1", ""), sqs("2", "")]);
    assert_eq!(reported(fail::batch(invocation(&event))).await, ["1", "2"]);
}
