//! Streams: shards, batching, filters, age, back-off, and tumbling windows.

use std::{cell::RefCell, time::Duration};

use serde_json::{Value, json};
use stream_handler::{
    lambda_runtime::Diagnostic,
    testing::{
        EventSourceMapping, Fate, ItemChange, Loss, OversizedRecord, PutRecord, StartingPosition,
    },
};

use super::{
    Event, deliveries, failures, fates, kinesis, numbered, partial, sequence_numbers, unless_bad,
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Records whose partition keys take turns.
fn keyed(records: usize, keys: usize) -> impl Iterator<Item = PutRecord> {
    (0..records)
        .map(move |n| PutRecord::new(n.to_string()).partition_key(format!("key-{}", n % keys)))
}

fn seconds(report: &stream_handler::testing::Report) -> Vec<u64> {
    report
        .invocations()
        .iter()
        .map(|i| i.started_at.as_secs())
        .collect()
}

#[tokio::test]
async fn shards_are_read_independently_and_keep_records_with_the_same_key_in_order() {
    let shards = RefCell::new(Vec::new());
    let report = partial()
        .shards(4)
        .invocation_limit(50)
        .run(keyed(200, 20), |event: Event| {
            let records = event.payload["Records"].as_array().unwrap();
            let shard = |r: &Value| {
                r["eventID"]
                    .as_str()
                    .unwrap()
                    .split(':')
                    .next()
                    .unwrap()
                    .to_owned()
            };
            let of_batch: Vec<_> = records.iter().map(shard).collect();
            assert!(
                of_batch.iter().all(|shard| *shard == of_batch[0]),
                "{of_batch:?}"
            );
            shards.borrow_mut().push(of_batch[0].clone());
            let poisoned = of_batch[0].ends_with('0');
            async move { if poisoned { Err("poison") } else { Ok(()) } }
        })
        .await;
    let mut shards = shards.into_inner();
    shards.sort();
    shards.dedup();
    assert_eq!(shards.len(), 4);
    let blocked = fates(&report)
        .iter()
        .filter(|fate| **fate == Fate::Blocked)
        .count();
    assert!((1..100).contains(&blocked), "one shard of four: {blocked}");
    assert!(report.reached_invocation_limit());
    report.assert_in_order();
}

#[tokio::test]
async fn dynamodb_streams_have_shards() {
    let places = |report: &stream_handler::testing::Report| {
        let mut places: Vec<_> = report
            .invocations()
            .iter()
            .map(|i| i.place.clone())
            .collect();
        places.sort();
        places.dedup();
        places
    };
    let changes = (0..40).map(|n| ItemChange::insert(&json!({"id": n}), &json!({})));
    let report = EventSourceMapping::dynamodb()
        .shards(2)
        .run(changes, |_: Event| async { Ok::<_, Diagnostic>(()) })
        .await;
    let places = places(&report);
    assert_eq!(places.len(), 2);
    assert!(
        places[0].starts_with("shardId-00000001704067200000-"),
        "{places:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_parallelization_factor_limits_how_many_batches_of_a_shard_run_at_the_same_time() {
    for (factor, most) in [(1, 1), (4, 4)] {
        let running = RefCell::new((0, 0));
        let report = partial()
            .parallelization_factor(factor)
            .run(keyed(200, 40), |_: Event| async {
                {
                    let (now, most) = &mut *running.borrow_mut();
                    *now += 1;
                    *most = (*most).max(*now);
                }
                tokio::time::sleep(SECOND).await;
                running.borrow_mut().0 -= 1;
                Ok::<_, Diagnostic>(())
            })
            .await;
        assert_eq!(running.borrow().1, most);
        report.assert_in_order();
        report.assert_all_processed();
    }
}

#[tokio::test]
async fn a_batch_is_cut_at_six_megabytes() {
    let records = || (0..5).map(|_| PutRecord::new(vec![7; 1024 * 1024]));
    let sizes = RefCell::new(Vec::new());
    let report = kinesis()
        .run(records(), |event: Event| {
            sizes.borrow_mut().push(event.payload.to_string().len());
            async { Ok::<_, Diagnostic>(()) }
        })
        .await;
    // 1 MB takes 1.34 MB in base64.
    assert_eq!(report.batch_sizes(), [4, 1]);
    assert!(sizes.borrow().iter().all(|size| *size <= 6 * 1024 * 1024));
}

#[tokio::test]
async fn a_record_over_six_megabytes_is_delivered_alone_by_default() {
    let records = || [1, 5 * 1024 * 1024, 1].map(|size| PutRecord::new(vec![7; size]));
    let succeeds = |_: Event| async { Ok::<_, Diagnostic>(()) };
    let mapping = kinesis().maximum_retry_attempts(1);
    let report = mapping.run(records(), succeeds).await;
    assert_eq!(report.batch_sizes(), [1, 1, 1]);
    report.assert_all_processed();
    let mapping = mapping.oversized_record(OversizedRecord::Fail);
    let report = mapping.run(records(), succeeds).await;
    assert_eq!(report.batch_sizes(), [1, 1, 1, 1]);
    assert_eq!(report.lost().count(), 1);
}

#[tokio::test]
async fn a_batching_window_gathers_records_until_the_batch_is_full() {
    let mapping = kinesis().put_every(SECOND).enabled_after(Duration::ZERO);
    let succeeds = |_: Event| async { Ok::<_, Diagnostic>(()) };
    let report = mapping.run(numbered(6), succeeds).await;
    assert_eq!(report.batch_sizes(), [1; 6]);
    let report = mapping
        .clone()
        .maximum_batching_window(3 * SECOND)
        .run(numbered(6), succeeds)
        .await;
    assert_eq!(report.batch_sizes(), [4, 2]);
    assert_eq!(seconds(&report), [3, 7]);
    // A full batch doesn't wait for the end of the window.
    let report = mapping
        .batch_size(2)
        .maximum_batching_window(300 * SECOND)
        .run(numbered(4), succeeds)
        .await;
    assert_eq!(seconds(&report), [1, 3]);
}

#[tokio::test]
async fn records_before_the_starting_position_are_not_delivered() {
    let mapping = kinesis().put_every(SECOND).enabled_after(4 * SECOND);
    for (position, skipped) in [
        (StartingPosition::TrimHorizon, 0),
        (StartingPosition::Latest, 4),
        (StartingPosition::AtTimestamp(2 * SECOND), 2),
    ] {
        let report = mapping
            .clone()
            .starting_position(position)
            .run(numbered(6), |_: Event| async { Ok::<_, Diagnostic>(()) })
            .await;
        let lost = Fate::Lost {
            invocation: 0,
            loss: Loss::BeforeStartingPosition,
        };
        let mut expected = vec![Fate::Processed; 6];
        expected[..skipped].fill(lost);
        assert_eq!(fates(&report), expected, "{position:?}");
    }
}

#[tokio::test]
async fn filtered_records_are_not_delivered_and_do_not_block_the_checkpoint() {
    let odd = |record: &Value| {
        let data = record["kinesis"]["data"].as_str().unwrap();
        ["MQ==", "Mw==", "NQ=="].contains(&data)
    };
    let report = partial()
        .filter(odd)
        .run(numbered(6), |batch| {
            unless_bad::batch(batch, |n| n % 2 == 0)
        })
        .await;
    let [processed, filtered] = [Fate::Processed, Fate::Filtered];
    assert_eq!(
        fates(&report),
        [
            processed, filtered, processed, filtered, processed, filtered
        ]
    );
    assert_eq!(deliveries(&report), [1, 0, 1, 0, 1, 0]);
    report.assert_all_processed();
}

// Time.

#[tokio::test]
async fn only_the_records_that_are_too_old_are_discarded_from_the_front_of_a_batch() {
    let report = partial()
        .maximum_record_age(MINUTE)
        .retry_backoff(SECOND, SECOND)
        .on_failure_destination(true)
        .put_every(20 * SECOND)
        .enabled_after(50 * SECOND)
        .run(numbered(4), |batch| unless_bad::batch(batch, |n| n == 1))
        .await;
    // At 50 s, records 1, 2 and 3 are there. After ten deliveries record 1 is 60 s old and is discarded,
    // although the number of retries is unlimited.
    let expired = Fate::Discarded { document: 0 };
    assert_eq!(
        fates(&report),
        [expired, Fate::Processed, Fate::Processed, Fate::Processed]
    );
    let document = serde_json::to_value(&report.on_failure_documents()[0]).unwrap();
    assert_eq!(document["requestContext"]["condition"], "RecordAgeExceeded");
    assert_eq!(document["requestContext"]["approximateInvokeCount"], 10);
    assert!(document.get("responseContext").is_none(), "{document}");
    assert_eq!(document["KinesisBatchInfo"]["batchSize"], 1);
    assert_eq!(document["timestamp"], "2024-01-01T00:01:00.000Z");
    assert_eq!(report.batch_sizes()[..10], [3; 10]);
    assert_eq!(report.batch_sizes()[10..], [2, 1]);
}

#[tokio::test]
async fn a_poison_record_blocks_the_shard_until_it_expires() {
    let began = std::time::Instant::now();
    let report = partial()
        .retry_backoff(SECOND, MINUTE)
        .invocation_limit(2000)
        .put_every(3600 * SECOND)
        .enabled_after(Duration::ZERO)
        .run(numbered(3), |batch| unless_bad::batch(batch, |n| n == 1))
        .await;
    assert_eq!(report.elapsed().as_secs() / 3600, 24);
    assert!(report.batch_sizes().len() > 1400);
    let lost = Fate::Lost {
        invocation: report.invocations().len(),
        loss: Loss::Expired,
    };
    assert_eq!(
        report.records()[0].fate,
        Fate::Lost {
            invocation: lost_at(&report),
            loss: Loss::Expired
        }
    );
    assert_eq!(fates(&report), [lost, Fate::Processed, Fate::Processed]);
    assert!(
        began.elapsed() < 20 * SECOND,
        "a day must take no real time"
    );
}

fn lost_at(report: &stream_handler::testing::Report) -> usize {
    let Fate::Lost { invocation, .. } = report.records()[0].fate else {
        panic!("{report}")
    };
    invocation
}

#[tokio::test]
async fn the_pause_before_a_retry_doubles_up_to_its_limit() {
    let report = kinesis()
        .maximum_retry_attempts(5)
        .retry_backoff(SECOND, 5 * SECOND)
        .run(numbered(1), |_: Event| async { Err::<(), _>("no") })
        .await;
    assert_eq!(seconds(&report), [0, 1, 3, 7, 12, 17]);
}

// Tumbling windows.

#[tokio::test]
async fn the_final_invocation_of_a_tumbling_window_has_its_state() {
    let seen = RefCell::new(Vec::new());
    let report = kinesis()
        .batch_size(2)
        .tumbling_window(MINUTE)
        .put_every(20 * SECOND)
        .run(numbered(5), |event: Event| {
            let event = event.payload;
            let count = event["Records"].as_array().unwrap().len();
            let total = event["state"]["total"].as_u64().unwrap_or(0) + count as u64;
            assert_eq!(event["shardId"], "shardId-000000000000");
            assert_eq!(event["isWindowTerminatedEarly"], false);
            let window = format!("{}–{}", event["window"]["start"], event["window"]["end"]);
            seen.borrow_mut().push((
                count,
                total,
                event["isFinalInvokeForWindow"] == true,
                window,
            ));
            async move { Ok::<_, Diagnostic>(json!({"state": {"total": total}})) }
        })
        .await;
    let seen = seen.into_inner();
    let short: Vec<_> = seen
        .iter()
        .map(|(n, total, last, _)| (*n, *total, *last))
        .collect();
    assert_eq!(
        short,
        [
            (2, 2, false),
            (1, 3, false),
            (0, 3, true),
            (2, 2, false),
            (0, 2, true)
        ]
    );
    assert_eq!(
        seen[3].3,
        r#""2024-01-01T00:01:00Z"–"2024-01-01T00:02:00Z""#
    );
    report.assert_all_processed();
}

#[tokio::test]
async fn with_a_tumbling_window_a_response_without_state_is_a_complete_failure() {
    let mapping = partial().tumbling_window(MINUTE).maximum_retry_attempts(1);
    let report = mapping
        .run(numbered(1), |_: Event| async {
            Ok::<_, Diagnostic>(json!({}))
        })
        .await;
    assert_eq!(report.lost().count(), 1);
    assert_eq!(report.batch_sizes()[..2], [1, 1]);
    assert!(report.to_string().contains("no `state`"));
    // A partial response with a state is valid.
    let report = mapping
        .run(numbered(2), |event: Event| {
            let second = sequence_numbers(&event).get(1).cloned();
            let mut response = failures(&second);
            response["state"] = json!({});
            async move { Ok::<_, Diagnostic>(response) }
        })
        .await;
    assert_eq!(report.batch_sizes(), [2, 1, 0]);
}

#[tokio::test]
async fn a_tumbling_window_whose_state_is_too_large_ends_early() {
    let seen = RefCell::new(Vec::new());
    kinesis()
        .batch_size(1)
        .tumbling_window(MINUTE)
        .run(numbered(2), |event: Event| {
            let event = event.payload;
            let early = event["isWindowTerminatedEarly"] == true;
            seen.borrow_mut()
                .push((event["isFinalInvokeForWindow"] == true, early));
            let state = "x".repeat(if seen.borrow().len() == 1 {
                1024 * 1024
            } else {
                1
            });
            async move { Ok::<_, Diagnostic>(json!({"state": {"text": state}})) }
        })
        .await;
    assert_eq!(
        seen.into_inner(),
        [(false, false), (true, true), (false, false), (true, false)]
    );
}
