//! What DynamoDB records hold, ordinary and odd.

use std::{
    collections::BTreeSet,
    sync::Mutex,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use stream_handler::{
    Batch, BatchError, BatchResponse, LambdaEvent,
    dynamodb::{Change, DynamoDbRecord},
    stream_handler,
};
use stream_handler_tests::{
    Item,
    events::{dynamodb, event, insert, with, without},
    invocation,
    logs::Logs,
    reported,
};

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Order {
    id: u64,
    total: f64,
    #[serde(default)]
    tags: BTreeSet<String>,
    note: Option<String>,
}

fn order(id: u64, total: f64) -> Order {
    Order {
        id,
        total,
        tags: BTreeSet::new(),
        note: None,
    }
}

fn image(id: u64, total: &str) -> Value {
    json!({ "id": { "N": id.to_string() }, "total": { "N": total } })
}

type Kept<New, Old = New> = Mutex<Vec<DynamoDbRecord<New, Old>>>;

#[stream_handler]
fn keep(record: DynamoDbRecord<Order>, kept: &Kept<Order>) {
    kept.lock().unwrap().push(record);
}

#[stream_handler]
fn keep_new(record: DynamoDbRecord<Order, ()>, kept: &Kept<Order, ()>) {
    kept.lock().unwrap().push(record);
}

#[stream_handler]
fn keep_old(record: DynamoDbRecord<(), Order>, kept: &Kept<(), Order>) {
    kept.lock().unwrap().push(record);
}

#[stream_handler]
fn keep_optional(record: DynamoDbRecord<Option<Order>>, kept: &Kept<Option<Order>>) {
    kept.lock().unwrap().push(record);
}

#[stream_handler]
fn keep_keys(record: DynamoDbRecord<()>, kept: &Kept<()>) {
    kept.lock().unwrap().push(record);
}

/// Handles one record, and returns it if it is done.
async fn one<'k, New, Old, Fut>(
    batch: impl Fn(LambdaEvent<Batch<DynamoDbRecord<New, Old>>>, &'k Kept<New, Old>) -> Fut,
    kept: &'k Kept<New, Old>,
    record: Value,
) -> Option<DynamoDbRecord<New, Old>>
where
    New: DeserializeOwned,
    Old: DeserializeOwned,
    Fut: Future<Output = Result<BatchResponse, BatchError>>,
{
    let record = with(record, "/dynamodb/SequenceNumber", "7");
    let response = reported(batch(invocation(&event([record])), kept)).await;
    let kept = kept.lock().unwrap().pop();
    let expected: &[&str] = if kept.is_some() { &[] } else { &["7"] };
    assert_eq!(response, expected);
    kept
}

async fn keys_only(record: Value) -> DynamoDbRecord<()> {
    let kept = Kept::default();
    one(keep_keys::batch, &kept, record).await.expect("done")
}

#[tokio::test]
async fn accessors() {
    let json = dynamodb("7", "INSERT", image(101, "2.5"), Value::Null);
    let record = one(keep::batch, &Kept::default(), json.clone())
        .await
        .unwrap();
    assert_eq!(record.sequence_number(), "7");
    assert_eq!(
        record.event_source_arn(),
        Some("arn:aws:dynamodb:us-west-2:111122223333:table/Orders/stream/2026-01-01T00:00:00.000")
    );
    assert_eq!(record.table_name(), Some("Orders"));
    let created = SystemTime::UNIX_EPOCH + Duration::from_secs(1_479_499_740);
    assert_eq!(record.approximate_creation_date_time(), Some(created));
    assert!(!record.is_ttl_deletion());
    assert_eq!(
        record.change(),
        &Change::Insert {
            new: order(101, 2.5)
        }
    );
    assert_eq!(serde_json::from_str::<Value>(record.json()).unwrap(), json);
    let text = format!("{record:?}");
    assert!(text.contains("101") && text.contains("Insert"), "{text}");
    assert_eq!(
        record.into_change(),
        Change::Insert {
            new: order(101, 2.5)
        }
    );
}

#[tokio::test]
async fn changes() {
    let (before, after) = (order(1, 1.5), order(1, 2.5));
    let (old, new) = (image(1, "1.5"), image(1, "2.5"));
    let cases = [
        (
            dynamodb("1", "INSERT", new.clone(), Value::Null),
            Change::Insert { new: after.clone() },
        ),
        (
            dynamodb("1", "MODIFY", new, old.clone()),
            Change::Modify {
                old: before.clone(),
                new: after,
            },
        ),
        (
            dynamodb("1", "REMOVE", Value::Null, old),
            Change::Remove { old: before },
        ),
    ];
    for (json, change) in cases {
        let record = one(keep::batch, &Kept::default(), json).await.unwrap();
        assert_eq!(record.change(), &change);
    }
}

#[tokio::test]
async fn an_image_of_many_types() {
    let image = json!({
        "id": { "N": "1" },
        "total": { "N": "1e2" },
        "tags": { "SS": ["b", "a"] },
        "note": { "NULL": true },
        "new": { "M": { "list": { "L": [{ "BOOL": true }, { "B": "AAE=" }] } } }
    });
    let json = dynamodb("1", "INSERT", image, Value::Null);
    let record = one(keep::batch, &Kept::default(), json).await.unwrap();
    let tags = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    let new = Order {
        tags,
        ..order(1, 100.0)
    };
    assert_eq!(record.into_change(), Change::Insert { new });
}

#[tokio::test]
async fn the_images_that_a_view_type_lacks() {
    // What is there of a modification: both images, the new one, the old one, the keys alone.
    let modify = |new: bool, old: bool| {
        let image = |present| if present { image(1, "1") } else { Value::Null };
        dynamodb("1", "MODIFY", image(new), image(old))
    };
    for (new, old) in [(true, true), (true, false), (false, true), (false, false)] {
        let both = one(keep::batch, &Kept::default(), modify(new, old)).await;
        assert_eq!(both.is_some(), new && old);
        let only_new = one(keep_new::batch, &Kept::default(), modify(new, old)).await;
        assert_eq!(only_new.is_some(), new);
        let only_old = one(keep_old::batch, &Kept::default(), modify(new, old)).await;
        assert_eq!(only_old.is_some(), old);
        let none = keys_only(modify(new, old)).await;
        assert_eq!(none.into_change(), Change::Modify { old: (), new: () });
        let any = one(keep_optional::batch, &Kept::default(), modify(new, old)).await;
        let expected = |present: bool| present.then(|| order(1, 1.0));
        assert_eq!(
            any.unwrap().into_change(),
            Change::Modify {
                old: expected(old),
                new: expected(new)
            }
        );
    }
}

#[tokio::test]
async fn an_empty_image_is_not_an_absent_one() {
    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Lenient {
        id: u64,
    }
    #[stream_handler]
    fn lenient(record: DynamoDbRecord<Lenient>, kept: &Kept<Lenient>) {
        kept.lock().unwrap().push(record);
    }
    #[stream_handler]
    fn optional(record: DynamoDbRecord<Option<Lenient>>, kept: &Kept<Option<Lenient>>) {
        kept.lock().unwrap().push(record);
    }
    let empty = dynamodb("1", "INSERT", json!({}), Value::Null);
    let absent = dynamodb("1", "INSERT", Value::Null, Value::Null);
    let null = with(absent.clone(), "/dynamodb/NewImage", Value::Null);

    let record = one(lenient::batch, &Kept::default(), empty.clone()).await;
    assert!(matches!(
        record.unwrap().into_change(),
        Change::Insert {
            new: Lenient { id: 0 }
        }
    ));
    let record = one(optional::batch, &Kept::default(), empty).await;
    assert!(matches!(
        record.unwrap().into_change(),
        Change::Insert { new: Some(_) }
    ));
    for missing in [absent, null] {
        let logs = Logs::capture();
        assert!(
            one(lenient::batch, &Kept::default(), missing.clone())
                .await
                .is_none()
        );
        let error = "`dynamodb.NewImage` of the INSERT (the stream's view type is \
                     NEW_AND_OLD_IMAGES) is missing";
        assert_eq!(logs.errors(), [error]);
        let record = one(optional::batch, &Kept::default(), missing).await;
        assert!(matches!(
            record.unwrap().into_change(),
            Change::Insert { new: None }
        ));
    }
}

#[tokio::test]
async fn an_image_that_is_not_wanted_is_not_read() {
    let unknown = json!({ "id": { "VECTOR": [1, 2] } });
    let json = dynamodb("1", "MODIFY", unknown.clone(), unknown.clone());
    assert!(
        one(keep::batch, &Kept::default(), json.clone())
            .await
            .is_none()
    );
    keys_only(json).await;
    let json = dynamodb("1", "MODIFY", image(1, "1"), unknown);
    assert!(one(keep_new::batch, &Kept::default(), json).await.is_some());
}

#[tokio::test]
async fn keys() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Keys {
        #[serde(rename = "Id")]
        id: u64,
    }
    let record = keys_only(insert("1", "a")).await;
    assert_eq!(record.keys::<Keys>().unwrap(), Keys { id: 101 });

    let error = record.keys::<Item>().unwrap_err();
    let expected = std::any::type_name::<Item>();
    assert_eq!(
        error.to_string(),
        format!("`dynamodb.Keys` is not a `{expected}`")
    );

    for missing in [
        without(insert("1", "a"), "/dynamodb/Keys"),
        with(insert("1", "a"), "/dynamodb/Keys", Value::Null),
    ] {
        let record = keys_only(missing).await;
        let error = record.keys::<Keys>().unwrap_err();
        assert_eq!(error.to_string(), "`dynamodb.Keys` is missing");
        assert_eq!(record.keys::<Option<Keys>>().unwrap(), None);
    }
}

#[tokio::test]
async fn creation_times() {
    let seconds = |seconds: f64| Some(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(seconds));
    for (text, expected) in [
        ("1479499740", seconds(1_479_499_740.0)),
        ("1479499740.0", seconds(1_479_499_740.0)),
        ("1479499740.5", seconds(1_479_499_740.5)),
        ("1.47949974E9", seconds(1_479_499_740.0)),
        ("1.479499740e+09", seconds(1_479_499_740.0)),
        ("null", None),
        ("\"2026-01-01T00:00:00Z\"", None),
        ("[]", None),
    ] {
        let event = event([insert("1", "a")])
            .to_string()
            .replace("1479499740", text);
        assert!(event.contains(text), "{event}");
        let kept = Kept::default();
        assert!(
            reported(keep_keys::batch(invocation(&event), &kept))
                .await
                .is_empty()
        );
        assert_eq!(
            kept.lock().unwrap()[0].approximate_creation_date_time(),
            expected,
            "{text}"
        );
    }
    let missing = without(insert("1", "a"), "/dynamodb/ApproximateCreationDateTime");
    assert_eq!(
        keys_only(missing).await.approximate_creation_date_time(),
        None
    );
}

#[tokio::test]
async fn expiries() {
    let by = |kind: &str, principal: &str| json!({ "type": kind, "principalId": principal });
    let expiry = by("Service", "dynamodb.amazonaws.com");
    for (identity, is_ttl_deletion) in [
        (expiry, true),
        (by("Service", "replication.dynamodb.amazonaws.com"), false),
        (by("User", "dynamodb.amazonaws.com"), false),
        (json!({}), false),
        (json!(null), false),
        (json!(5), false),
        (json!({ "type": 5 }), false),
    ] {
        let remove = dynamodb("1", "REMOVE", Value::Null, image(1, "1"));
        let record = keys_only(with(remove, "/userIdentity", identity.clone())).await;
        assert_eq!(record.is_ttl_deletion(), is_ttl_deletion, "{identity}");
    }
}

#[tokio::test]
async fn table_names() {
    for (arn, name) in [
        (
            json!("arn:aws-cn:dynamodb:cn-north-1:1:table/a.b-c_d/stream/x"),
            Some("a.b-c_d"),
        ),
        (
            json!("arn:aws:dynamodb:us-east-1:1:table/Orders"),
            Some("Orders"),
        ),
        (json!("arn:aws:dynamodb"), None),
        (json!(null), None),
    ] {
        let record = keys_only(with(insert("1", "a"), "/eventSourceARN", arn)).await;
        assert_eq!(record.table_name(), name);
    }
}

#[tokio::test]
async fn fields_that_are_missing() {
    for field in [
        "/eventID",
        "/awsRegion",
        "/eventVersion",
        "/dynamodb/SizeBytes",
    ] {
        keys_only(without(insert("1", "a"), field)).await;
    }
    let newer = with(
        insert("1", "a"),
        "/dynamodb/StreamViewType",
        "NEW_AND_OLDER_IMAGES",
    );
    keys_only(newer).await;

    let bare = json!({ "eventName": "REMOVE", "dynamodb": {} });
    let record = keys_only(bare).await;
    assert_eq!(record.table_name(), None);
    assert_eq!(record.approximate_creation_date_time(), None);
    assert!(!record.is_ttl_deletion());

    // No record at all but for its name: done for nobody.
    let kept = Kept::default();
    let bare = event([json!({ "eventName": "REMOVE" })]);
    let error = keep_keys::batch(invocation(&bare), &kept)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("`dynamodb` is missing"),
        "{error}"
    );
    assert!(kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_view_type_is_told_when_an_image_is_missing() {
    for (view, told) in [
        (json!("KEYS_ONLY"), "KEYS_ONLY"),
        (json!("BRAND_NEW"), "BRAND_NEW"),
        (json!(null), "unknown"),
    ] {
        let logs = Logs::capture();
        let json = dynamodb("1", "REMOVE", Value::Null, Value::Null);
        let json = with(json, "/dynamodb/StreamViewType", view);
        assert!(one(keep::batch, &Kept::default(), json).await.is_none());
        let error = "`dynamodb.OldImage` of the REMOVE (the stream's view type is";
        assert_eq!(logs.errors(), [format!("{error} {told}) is missing")]);
    }
}
