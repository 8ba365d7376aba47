//! Aggregates of the Kinesis Producer Library that are damaged, or made to do damage.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use stream_handler::{Bytes, kinesis::UserRecord, stream_handler};
use stream_handler_tests::{
    Calls,
    events::{event, kinesis, with, without},
    invocation,
    kpl::{MAGIC, aggregate, bytes, number, sealed, varint},
    logs::Logs,
    reported,
};

use super::{Kept, keep};

/// What data are taken for: the user records in them, or why they are one undecodable record.
async fn read(data: impl AsRef<[u8]>) -> Result<Vec<UserRecord<Bytes>>, String> {
    let (logs, kept) = (Logs::capture(), Kept::default());
    let batch = event([kinesis("1", data)]);
    let response = reported(keep::batch(invocation(&batch), &kept)).await;
    let kept = kept.into_inner().unwrap();
    if response.is_empty() {
        assert!(logs.errors().is_empty());
        return Ok(kept);
    }
    assert_eq!(response, ["1"]);
    // All or nothing: none of its records was handed over.
    assert!(kept.is_empty());
    let error = logs.undecodable();
    let why = error.strip_prefix("`kinesis.data` is a corrupt aggregate: ");
    Err(why.expect(&error).to_owned())
}

/// Three records, with all that the format has.
fn sound() -> Vec<u8> {
    aggregate([
        ("a", Some("7"), &b"1"[..]),
        ("ü", None, b""),
        ("a", Some("8"), b"twelve bytes"),
    ])
}

/// Numbers without a pattern, and the same in each run.
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }
}

#[tokio::test]
async fn each_byte_changed() {
    let sound = sound();
    assert_eq!(read(&sound).await.unwrap().len(), 3);
    for at in 0..sound.len() {
        for change in [0x01, 0x80, 0xFF] {
            let mut damaged = sound.clone();
            damaged[at] ^= change;
            let found = read(&damaged).await;
            if at < MAGIC.len() {
                // It is no aggregate now, and one record.
                let [record] = &found.unwrap()[..] else {
                    panic!("one record");
                };
                assert_eq!(record.data(), &damaged);
                assert!(!record.is_aggregated());
            } else {
                assert_eq!(found.unwrap_err(), "its MD5 is not the one it says", "{at}");
            }
        }
    }
}

#[tokio::test]
async fn cut_at_each_length() {
    let sound = sound();
    for length in 0..sound.len() {
        let found = read(&sound[..length]).await;
        if length < MAGIC.len() {
            assert_eq!(found.unwrap()[0].data(), &sound[..length]);
        } else if length < 20 {
            let why =
                format!("its length is {length} bytes, of which the magic and the MD5 take 20");
            assert_eq!(found.unwrap_err(), why);
        } else {
            assert_eq!(found.unwrap_err(), "its MD5 is not the one it says");
        }
    }
    let longer = [&sound[..], b"x"].concat();
    assert_eq!(
        read(longer).await.unwrap_err(),
        "its MD5 is not the one it says"
    );
}

/// The same, by a producer that seals what it cut.
#[tokio::test]
async fn a_message_cut_at_each_length() {
    let sound = sound();
    let message = &sound[MAGIC.len()..sound.len() - 16];
    // Where one of the fields ends, so that what is left is whole.
    let mut ends = Vec::new();
    for length in 0..message.len() {
        match read(sealed(&message[..length])).await {
            Ok(records) => ends.push((length, records.len())),
            Err(why) => assert!(
                why.contains("cut short") || why.contains("it has no data"),
                "{length}: {why}"
            ),
        }
    }
    // After nothing, the five keys' table entries, and each record but the last.
    assert_eq!(
        ends.iter().map(|(_, records)| *records).collect::<Vec<_>>(),
        [0, 0, 0, 0, 0, 1, 2]
    );
}

/// A message of these fields.
fn field(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut message = Vec::new();
    write(&mut message);
    message
}

/// A message with one key of each kind, and one record of these fields.
fn record(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    field(|message| {
        bytes(1, b"key", message);
        bytes(2, b"hash key", message);
        bytes(3, &field(write), message);
    })
}

#[tokio::test]
async fn records_that_are_not_sound() {
    for (message, why) in [
        (
            record(|record| bytes(3, b"data", record)),
            "record 0 in it: it has no partition key",
        ),
        (
            record(|record| number(1, 0, record)),
            "record 0 in it: it has no data",
        ),
        (record(|_| {}), "record 0 in it: it has no partition key"),
        (
            record(|record| {
                number(1, 1, record);
                bytes(3, b"data", record);
            }),
            "record 0 in it has the partition key 1 of 1",
        ),
        (
            record(|record| {
                number(1, u64::MAX, record);
                bytes(3, b"data", record);
            }),
            "record 0 in it has the partition key 4294967295 of 1",
        ),
        (
            record(|record| {
                number(1, 0, record);
                number(2, 5, record);
                bytes(3, b"data", record);
            }),
            "record 0 in it has the explicit hash key 5 of 1",
        ),
        (
            field(|message| bytes(1, &[0xC3], message)),
            "it has a key that is not valid UTF-8",
        ),
        (
            field(|message| bytes(2, &[b'a', 0xFF], message)),
            "it has a key that is not valid UTF-8",
        ),
    ] {
        assert_eq!(
            read(sealed(&message)).await.unwrap_err(),
            why,
            "{message:?}"
        );
    }
}

#[tokio::test]
async fn protobuf_that_is_not_sound() {
    for (message, why) in [
        (vec![0x80; 9], "its protobuf is cut short"),
        (
            vec![0xFF; 12],
            "its protobuf has a number of more than 64 bits",
        ),
        (
            [&[0xFF; 9][..], &[2]].concat(),
            "its protobuf has a number of more than 64 bits",
        ),
        (
            vec![0, 0],
            "its protobuf has a field number that there can't be",
        ),
        (
            field(|message| varint(1 << 32, message)),
            "its protobuf has a field number that there can't be",
        ),
        (vec![0x0B], "its protobuf has the wire type 3"),
        (vec![0x0C], "its protobuf has the wire type 4"),
        (vec![0x0E], "its protobuf has the wire type 6"),
        (vec![0x0F], "its protobuf has the wire type 7"),
        // Lengths beyond the end, the last so long that an addition would overflow.
        (vec![0x0A, 1], "its protobuf is cut short"),
        (
            field(|message| {
                varint(0x0A, message);
                varint(1 << 40, message);
            }),
            "its protobuf is cut short",
        ),
        (
            field(|message| {
                varint(0x1A, message);
                varint(u64::MAX, message);
            }),
            "its protobuf is cut short",
        ),
        (vec![0x09, 0, 0, 0, 0, 0, 0, 0], "its protobuf is cut short"),
        (vec![0x0D, 0, 0, 0], "its protobuf is cut short"),
        // A record that ends within its own length, though the message goes on.
        (
            [&[0x1A, 3, 0x1A, 5, 0][..], &[0; 9]].concat(),
            "record 0 in it: its protobuf is cut short",
        ),
    ] {
        assert_eq!(
            read(sealed(&message)).await.unwrap_err(),
            why,
            "{message:?}"
        );
    }
}

#[tokio::test]
async fn fields_that_are_not_ours_are_skipped() {
    let mut part = vec![0x21, 1, 2, 3, 4, 5, 6, 7, 8];
    bytes(4, b"a tag", &mut part);
    number(1, 9, &mut part);
    bytes(3, b"the first", &mut part);
    // A field that is given twice has its last value.
    number(1, 0, &mut part);
    bytes(3, b"the last", &mut part);
    // Numbers of another type than the field's are other fields.
    bytes(1, b"x", &mut part);
    number(3, 5, &mut part);
    let mut message = Vec::new();
    number(99, 5, &mut message);
    bytes(3, &part, &mut message);
    number(1, 5, &mut message);
    message.extend([0x25, 1, 2, 3, 4]);
    // The table may come after the records.
    bytes(1, b"key", &mut message);
    let records = read(sealed(&message)).await.unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].data(), "the last");
    assert_eq!(records[0].partition_key(), "key");
    assert_eq!(records[0].explicit_hash_key(), None);
}

/// A damaged message, and what Google's protobuf library finds in it: see `fixtures/make-kpl.py`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mutated {
    data: String,
    user_records: Option<Vec<Expected>>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Expected {
    partition_key: String,
    explicit_hash_key: Option<String>,
    data: String,
}

#[tokio::test]
async fn damage_is_found_as_the_protobuf_library_finds_it() {
    let cases: Vec<Mutated> =
        serde_json::from_str(include_str!("fixtures/kpl-mutated.json")).unwrap();
    let sound = cases
        .iter()
        .filter(|case| case.user_records.is_some())
        .count();
    assert!(
        sound > 50 && cases.len() - sound > 50,
        "both kinds: {sound} of {}",
        cases.len()
    );
    for case in cases {
        let found = read(BASE64_STANDARD.decode(&case.data).unwrap()).await;
        let found = found.ok().map(|records| {
            let expected = |record: &UserRecord<Bytes>| Expected {
                partition_key: record.partition_key().to_owned(),
                explicit_hash_key: record.explicit_hash_key().map(str::to_owned),
                data: BASE64_STANDARD.encode(record.data()),
            };
            records.iter().map(expected).collect::<Vec<_>>()
        });
        assert_eq!(found, case.user_records, "{}", case.data);
    }
}

#[tokio::test]
async fn random_messages() {
    let (mut chance, mut sound) = (Chance(7), 0);
    for _ in 0..20_000 {
        let length = chance.next(40);
        // Small numbers mostly: they are tags and lengths.
        let message: Vec<u8> = (0..length)
            .map(|_| {
                let below = if chance.next(4) == 0 { 256 } else { 32 };
                u8::try_from(chance.next(below)).unwrap()
            })
            .collect();
        if let Ok(records) = read(sealed(&message)).await {
            let total: usize = records.iter().map(|record| record.data().len()).sum();
            assert!(total <= message.len(), "{message:?}");
            sound += 1;
        }
    }
    assert!(sound > 100, "only {sound} were sound");
}

#[tokio::test]
async fn as_many_records_as_fit() {
    // The shortest record there is: 6 bytes, in 1 MB of data.
    let mut message = Vec::new();
    bytes(1, b"k", &mut message);
    for _ in 0..170_000 {
        bytes(3, &[0x08, 0, 0x1A, 0], &mut message);
    }
    let records = read(sealed(&message)).await.unwrap();
    assert_eq!(records.len(), 170_000);
    assert_eq!(records[169_999].sub_sequence_number(), 169_999);
}

#[tokio::test]
async fn a_corrupt_aggregate_costs_no_other_record() {
    #[stream_handler]
    fn on_record(record: UserRecord<String>, calls: &Calls) {
        calls.add(record.data());
    }
    let mut damaged = sound();
    damaged[10] ^= 1;
    let good = |text: &'static str| aggregate([("a", None, text.as_bytes())]);
    let batch = event([
        kinesis("1", good("a")),
        kinesis("2", damaged),
        kinesis("3", good("b")),
    ]);
    let calls = Calls::default();
    assert_eq!(
        reported(on_record::batch(invocation(&batch), &calls)).await,
        ["2"]
    );
    assert_eq!(calls.all(), ["a"]);
}

#[tokio::test]
async fn data_that_is_no_base64() {
    let (calls, logs) = (Kept::default(), Logs::capture());
    for (bad, why) in [
        (
            with(kinesis("1", ""), "/kinesis/data", "84maw"),
            "the payload is not valid base64",
        ),
        (
            with(kinesis("1", ""), "/kinesis/data", "84mawg==!"),
            "the payload is not valid base64",
        ),
        (
            with(kinesis("1", ""), "/kinesis/data", 5),
            "`kinesis.data` is a number, not a string",
        ),
        (
            without(kinesis("1", ""), "/kinesis/data"),
            "`kinesis.data` is missing",
        ),
    ] {
        let response = reported(keep::batch(invocation(&event([bad])), &calls)).await;
        assert_eq!(response, ["1"]);
        let error = logs.errors().pop().unwrap();
        assert!(error.starts_with(why), "{error}");
    }
    assert!(calls.into_inner().unwrap().is_empty());
}
