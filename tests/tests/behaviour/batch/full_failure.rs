//! `on_full_failure`: what happens when nothing of a batch is done.

use std::time::Duration;

use serde_json::Value;
use stream_handler::{
    BatchError, BatchResponse, DeadLetter, Failure,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Item, Source,
    events::{event, sqs, without},
    failure, invocation, invocation_within, reported,
};

fn act(text: &str) -> Result<(), Failure> {
    match text {
        "bad" => Err("a bad record".into()),
        "permanent" => Err(Failure::permanent("bad for good")),
        _ => Ok(()),
    }
}

fn image(record: DynamoDbRecord<Item, ()>) -> String {
    match record.into_change() {
        Change::Insert { new } => new.text,
        other => panic!("not an insert: {other:?}"),
    }
}

#[stream_handler(on_full_failure = "error")]
async fn on_kinesis(record: KinesisRecord<String>) -> Result<(), Failure> {
    act(record.data())
}

#[stream_handler(on_full_failure = "error")]
async fn on_dynamodb(record: DynamoDbRecord<Item, ()>) -> Result<(), Failure> {
    act(&image(record))
}

#[stream_handler(on_full_failure = "error")]
async fn on_sqs(message: SqsMessage<String>) -> Result<(), Failure> {
    act(message.body())
}

async fn batch(source: Source, event: &Value) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => on_kinesis::batch(invocation(event)).await,
        Source::DynamoDb => on_dynamodb::batch(invocation(event)).await,
        Source::Sqs => on_sqs::batch(invocation(event)).await,
    }
}

#[tokio::test]
async fn a_batch_of_which_nothing_is_done_is_an_error() {
    for source in Source::ALL {
        for texts in [&["bad"][..], &["bad", "bad", "permanent"]] {
            let diagnostic = failure(batch(source, &source.event(texts))).await;
            assert_eq!(diagnostic.error_type, "StreamHandler.NoneProcessed");
            assert_eq!(
                diagnostic.error_message,
                format!(
                    "none of the {} {} records was processed. What became of the first: a bad record",
                    texts.len(),
                    source.name()
                )
            );
        }
    }
    // In a stream nothing comes after the first failure.
    for source in [Source::Kinesis, Source::DynamoDb] {
        let error = batch(source, &source.event(&["bad", "good"]))
            .await
            .unwrap_err();
        assert!(matches!(
            error,
            BatchError::NoneProcessed { records: 2, .. }
        ));
    }
}

#[tokio::test]
async fn a_batch_of_which_something_is_done_is_none() {
    for source in Source::ALL {
        let response = reported(batch(source, &source.event(&["good", "bad", "bad"]))).await;
        let expected = if source.is_stream() { "2" } else { "2 3" };
        assert_eq!(response.join(" "), expected);
        assert!(
            reported(batch(source, &source.event(&["good"])))
                .await
                .is_empty()
        );
        // Nothing to do is not nothing done.
        assert!(reported(batch(source, &source.event(&[]))).await.is_empty());
    }
    let response = reported(batch(Source::Sqs, &Source::Sqs.event(&["bad", "good"]))).await;
    assert_eq!(response, ["1"]);
}

#[tokio::test]
async fn it_comes_before_a_missing_identifier() {
    let nameless = || without(sqs("1", "bad"), "/messageId");
    let error = batch(Source::Sqs, &event([sqs("1", "bad"), nameless()]))
        .await
        .unwrap_err();
    assert_eq!(error.error_type(), "StreamHandler.NoneProcessed");
    let error = batch(Source::Sqs, &event([sqs("1", "good"), nameless()]))
        .await
        .unwrap_err();
    assert_eq!(error.error_type(), "StreamHandler.MissingIdentifier");
}

#[tokio::test]
async fn reporting_is_the_default() {
    #[stream_handler]
    async fn by_default(message: SqsMessage<String>) -> Result<(), Failure> {
        act(message.body())
    }

    #[stream_handler(on_full_failure = "report")]
    async fn asked_for(message: SqsMessage<String>) -> Result<(), Failure> {
        act(message.body())
    }

    let event = Source::Sqs.event(&["bad", "bad"]);
    assert_eq!(
        reported(by_default::batch(invocation(&event))).await,
        ["1", "2"]
    );
    assert_eq!(
        reported(asked_for::batch(invocation(&event))).await,
        ["1", "2"]
    );
}

#[tokio::test]
async fn what_is_dead_lettered_is_done() {
    #[stream_handler(on_full_failure = "error", dead_letter = take)]
    async fn on_message(message: SqsMessage<String>) -> Result<(), Failure> {
        act(message.body())
    }

    async fn take(_letter: DeadLetter) {}

    let event = Source::Sqs.event(&["bad", "permanent"]);
    assert_eq!(reported(on_message::batch(invocation(&event))).await, ["1"]);
    let event = Source::Sqs.event(&["permanent"]);
    assert!(
        reported(on_message::batch(invocation(&event)))
            .await
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn so_is_nothing_that_the_deadline_cut_off() {
    #[stream_handler(on_full_failure = "error")]
    async fn slow(_record: KinesisRecord<String>) {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
    }

    let event = invocation_within(
        &Source::Kinesis.event(&["a", "b"]),
        Duration::from_secs(600),
    );
    let diagnostic = failure(slow::batch(event)).await;
    assert_eq!(
        diagnostic.error_message,
        "none of the 2 Kinesis records was processed. What became of the first: cancelled at the deadline"
    );
}
