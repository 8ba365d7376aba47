//! Aggregates made by a producer that shares nothing with this repository: see
//! `fixtures/make-kpl.py`.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use md5::{Digest as _, Md5};
use serde::Deserialize;
use serde_json::Value;
use stream_handler_tests::events::{event, kinesis, with};

use super::records_of;

/// What `fixtures/make-kpl.py` wrote.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    name: String,
    kinesis_records: Vec<Aggregated>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Aggregated {
    partition_key: String,
    data: String,
    user_records: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expected {
    partition_key: String,
    explicit_hash_key: Option<String>,
    data: Option<String>,
    length: Option<usize>,
    md5: Option<String>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("fixtures/kpl.json")).unwrap()
}

/// A case's Kinesis records, whose sequence numbers are 1, 2, ….
fn case_event(case: &Case) -> Value {
    event(
        case.kinesis_records
            .iter()
            .zip(1..)
            .map(|(record, number)| {
                let json = with(
                    kinesis(&number.to_string(), ""),
                    "/kinesis/data",
                    &*record.data,
                );
                with(json, "/kinesis/partitionKey", &*record.partition_key)
            }),
    )
}

#[tokio::test]
async fn aggregates_of_another_producer() {
    let cases = cases();
    assert_eq!(cases.len(), 13);
    for case in &cases {
        let name = &case.name;
        let mut records = records_of(&case_event(case)).await.into_iter();
        for (parent, number) in case.kinesis_records.iter().zip(1..) {
            for (expected, sub) in parent.user_records.iter().zip(0..) {
                let record = records.next().expect(name);
                assert_eq!(record.partition_key(), expected.partition_key, "{name}");
                assert_eq!(
                    record.explicit_hash_key(),
                    expected.explicit_hash_key.as_deref(),
                    "{name}"
                );
                assert_eq!(record.sequence_number(), number.to_string(), "{name}");
                assert_eq!(record.sub_sequence_number(), sub, "{name}");
                assert!(record.is_aggregated(), "{name}");
                if let Some(data) = &expected.data {
                    assert_eq!(BASE64_STANDARD.encode(record.data()), *data, "{name}");
                } else {
                    assert_eq!(Some(record.data().len()), expected.length, "{name}");
                    let md5 = u128::from_be_bytes(Md5::digest(record.data()).into());
                    let md5 = format!("{md5:032x}");
                    assert_eq!(Some(md5), expected.md5, "{name}");
                }
            }
        }
        assert!(records.next().is_none(), "{name}");
    }
}
