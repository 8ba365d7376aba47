//! A record that can't be decoded: it fails alone, without a call, and the log says why.

use serde::Deserialize;
use serde_json::{Value, json};
use stream_handler::{
    BatchError, BatchResponse, Bytes, Json,
    dynamodb::{Change, DynamoDbRecord},
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
};
use stream_handler_tests::{
    Calls, Source,
    events::{event, with, without},
    invocation,
    logs::Logs,
    reported,
};

#[derive(Debug, Deserialize)]
struct Order {
    id: u64,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    price: f64,
}

const GOOD: &str = r#"{"id":1,"lines":[{"price":2.5}]}"#;

fn total(order: &Order) -> String {
    let total: f64 = order.lines.iter().map(|line| line.price).sum();
    format!("{} for {total}", order.id)
}

#[stream_handler]
async fn orders_kinesis(record: KinesisRecord<Json<Order>>, calls: &Calls) {
    calls.add(total(record.data()));
}

#[stream_handler]
async fn orders_sqs(message: SqsMessage<Json<Order>>, calls: &Calls) {
    calls.add(total(message.body()));
}

#[stream_handler]
async fn orders_dynamodb(record: DynamoDbRecord<Order, ()>, calls: &Calls) {
    if let Change::Insert { new } = record.change() {
        calls.add(total(new));
    }
}

#[stream_handler]
async fn text_kinesis(record: KinesisRecord<String>, calls: &Calls) {
    calls.add(record.data());
}

#[stream_handler]
async fn bytes_kinesis(record: KinesisRecord<Bytes>, calls: &Calls) {
    calls.add(format!("{:?}", record.into_data()));
}

#[stream_handler]
async fn vec_kinesis(record: KinesisRecord<Vec<u8>>, calls: &Calls) {
    calls.add(format!("{:?}", record.into_data()));
}

#[stream_handler]
async fn text_sqs(message: SqsMessage<String>, calls: &Calls) {
    calls.add(message.into_body());
}

async fn orders(
    source: Source,
    event: &impl ToString,
    calls: &Calls,
) -> Result<BatchResponse, BatchError> {
    match source {
        Source::Kinesis => orders_kinesis::batch(invocation(event), calls).await,
        Source::DynamoDb => orders_dynamodb::batch(invocation(event), calls).await,
        Source::Sqs => orders_sqs::batch(invocation(event), calls).await,
    }
}

/// A record with an order that can be decoded.
fn good(source: Source, identifier: &str) -> Value {
    let record = source.record(identifier, GOOD);
    if source != Source::DynamoDb {
        return record;
    }
    let lines = json!([{ "M": { "price": { "N": "2.5" } } }]);
    let order = json!({ "id": { "N": "1" }, "lines": { "L": lines } });
    with(record, "/dynamodb/NewImage", order)
}

/// Puts a bad record between two good ones, checks that it alone fails, and returns the log's
/// text.
async fn error_of(source: Source, bad: Value) -> String {
    let (logs, calls) = (Logs::capture(), Calls::default());
    let event = event([good(source, "good-1"), bad, good(source, "good-2")]);
    let response = reported(orders(source, &event, &calls)).await;
    assert_eq!(response, ["bad"], "{event}");
    let done = if source.is_stream() { 1 } else { 2 };
    assert_eq!(calls.all(), vec!["1 for 2.5"; done], "{event}");
    let failed = logs.with("record failed");
    let [line] = &failed[..] else {
        panic!("one record failed, not {failed:?}");
    };
    assert_eq!(line.fields["source"], source.name());
    assert_eq!(line.fields["record"], "1");
    assert_eq!(line.fields["identifier"], "bad");
    assert_eq!(line.fields["reason"], "Undecodable");
    line.fields["error"].clone()
}

#[tokio::test]
async fn json_that_is_not_the_types() {
    let cases = [
        (
            r#"{"id":"one","lines":[]}"#,
            ", at `id`: expected u64, found a string at line 1 column 11",
        ),
        (
            r#"{"id":1,"lines":[{"price":1},{"price":true}]}"#,
            ", at `lines[1].price`: expected f64, found a boolean at line 1 column 42",
        ),
        (r#"{"id":1}"#, ": missing field `lines` at line 1 column 8"),
        (
            r#"{"id":1,"lines":[{}]}"#,
            ", at `lines[0]`: missing field `price` at line 1 column 19",
        ),
        (
            r#"{"id":1,"lines":[]} and more"#,
            ": trailing characters at line 1 column 21",
        ),
        (
            "null",
            ": expected struct Order, found null at line 1 column 4",
        ),
        ("", ": EOF while parsing a value at line 1 column 0"),
        ("not JSON", ": expected ident at line 1 column 2"),
    ];
    for source in [Source::Kinesis, Source::Sqs] {
        for (payload, error) in cases {
            let logged = error_of(source, source.record("bad", payload)).await;
            let start =
                "the payload is not the JSON of a `behaviour::decoding::undecodable::Order`";
            assert_eq!(logged, format!("{start}{error}"), "{source:?} {payload}");
        }
    }
}

#[tokio::test]
async fn a_payload_that_is_no_string() {
    for (source, pointer, name) in [
        (Source::Kinesis, "/kinesis/data", "kinesis.data"),
        (Source::Sqs, "/body", "body"),
    ] {
        let record = source.record("bad", GOOD);
        let missing = format!("`{name}` is missing");
        assert_eq!(
            error_of(source, without(record.clone(), pointer)).await,
            missing
        );
        assert_eq!(
            error_of(source, with(record.clone(), pointer, Value::Null)).await,
            missing
        );
        for (odd, kind) in [
            (json!(5), "a number"),
            (json!(true), "a boolean"),
            (json!([GOOD]), "an array"),
            (json!({ "id": 1 }), "an object"),
        ] {
            let logged = error_of(source, with(record.clone(), pointer, odd)).await;
            assert_eq!(logged, format!("`{name}` is {kind}, not a string"));
        }
    }
}

#[tokio::test]
async fn data_that_are_not_base64() {
    for (data, error) in [
        ("!!!!", "invalid symbol at offset 0"),
        ("YWJj\n", "invalid symbol at offset 4"),
        ("YW", "invalid padding"),
        ("YWJj_-==", "invalid symbol at offset 4"),
    ] {
        let record = with(Source::Kinesis.record("bad", ""), "/kinesis/data", data);
        let logged = error_of(Source::Kinesis, record).await;
        assert_eq!(logged, format!("the payload is not valid base64: {error}"));
    }
}

#[tokio::test]
async fn images_that_are_not_the_types() {
    let record = || good(Source::DynamoDb, "bad");
    let image = "`dynamodb.NewImage` of the INSERT (the stream's view type is NEW_AND_OLD_IMAGES)";
    let not = format!("{image} is not a `behaviour::decoding::undecodable::Order`: ");
    let missing = format!("{image} is missing");
    let field = |pointer: &str, value: Value| with(record(), pointer, value);
    for (bad, error) in [
        (without(record(), "/dynamodb/NewImage"), missing.clone()),
        (field("/dynamodb/NewImage", Value::Null), missing.clone()),
        (
            field("/dynamodb/NewImage", json!({})),
            format!("{not}missing field `id`"),
        ),
        (
            without(record(), "/dynamodb/NewImage/lines"),
            format!("{not}missing field `lines`"),
        ),
        (
            without(record(), "/eventName"),
            "`eventName` is missing".to_owned(),
        ),
        (
            field("/eventName", json!(3)),
            "`eventName` is a number, not a string".to_owned(),
        ),
        (
            field("/eventName", json!("UPSERT")),
            "`eventName` is `UPSERT`, not one of INSERT, MODIFY and REMOVE".to_owned(),
        ),
    ] {
        assert_eq!(error_of(Source::DynamoDb, bad).await, error);
    }
    // The attribute is named too.
    let odd = field("/dynamodb/NewImage/id", json!({ "S": "one" }));
    let logged = error_of(Source::DynamoDb, odd).await;
    let expected = "`behaviour::decoding::undecodable::Order`, at `id`: expected u64, found a string (S); in the struct \
                    write `String`";
    assert_eq!(logged, format!("{image} is not a {expected}"));
    // What is not an item is not one of any type.
    let start = format!("{image} is not an item in DynamoDB's JSON");
    for (odd, at) in [
        (
            field("/dynamodb/NewImage/id", json!({ "N": "one" })),
            ", at `<key>.N`: expected a decimal number",
        ),
        (
            field("/dynamodb/NewImage/id", json!({ "XYZ": "1" })),
            ", at `<key>`: ",
        ),
        (field("/dynamodb/NewImage/id", json!("1")), ", at `<key>`: "),
        (field("/dynamodb/NewImage", json!([])), ": "),
        (field("/dynamodb/NewImage", json!("image")), ": "),
        (field("/dynamodb/NewImage", json!(5)), ": "),
    ] {
        let logged = error_of(Source::DynamoDb, odd).await;
        assert!(logged.starts_with(&format!("{start}{at}")), "{logged}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_utf8() {
    let (logs, calls) = (Logs::capture(), Calls::default());
    let event = event([
        stream_handler_tests::events::kinesis("1", "grüß"),
        stream_handler_tests::events::kinesis("2", [b'a', 0xff]),
    ]);
    let response = reported(text_kinesis::batch(invocation(&event), &calls)).await;
    assert_eq!(response, ["2"]);
    assert_eq!(calls.all(), ["grüß"]);
    let reason = "invalid utf-8 sequence of 1 bytes from index 1";
    assert_eq!(
        logs.errors(),
        [format!("the payload is not valid UTF-8: {reason}")]
    );
}

#[tokio::test]
async fn bytes_are_taken_as_they_are() {
    // The start of a record that the Kinesis Producer Library aggregated, and nothing at all.
    let kinds = [vec![0xF3, 0x89, 0x9A, 0xC2], vec![]];
    let event = event(kinds.map(|data| stream_handler_tests::events::kinesis("1", data)));
    let (bytes, vec) = (Calls::default(), Calls::default());
    assert!(
        reported(bytes_kinesis::batch(invocation(&event), &bytes))
            .await
            .is_empty()
    );
    assert_eq!(bytes.all(), [r#"b"\xf3\x89\x9a\xc2""#, r#"b"""#]);
    assert!(
        reported(vec_kinesis::batch(invocation(&event), &vec))
            .await
            .is_empty()
    );
    assert_eq!(vec.all(), ["[243, 137, 154, 194]", "[]"]);
}

#[tokio::test]
async fn a_body_that_is_no_unicode() {
    let (logs, calls) = (Logs::capture(), Calls::default());
    let event = Source::Sqs.event(&["a", "LONE", "c"]).to_string();
    let event = event.replace("LONE", r"\ud83d half an emoji");
    let response = reported(text_sqs::batch(invocation(&event), &calls)).await;
    assert_eq!(response, ["2"]);
    assert_eq!(calls.all(), ["a", "c"]);
    assert_eq!(
        logs.errors(),
        ["`body` is a string with half a surrogate pair, which is not text"]
    );
}
