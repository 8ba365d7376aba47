//! Properties of batch handlers under any settings, faults and poison records: no record is lost, none
//! is blocked, and records with the same key stay in order.

use std::{cell::RefCell, collections::HashMap, time::Duration};

use serde_json::{Value, json};
use stream_handler::{
    LambdaEvent,
    dynamodb::{Change, DynamoDbRecord},
    kafka::KafkaRecord,
    kinesis::KinesisRecord,
    sqs::SqsMessage,
    stream_handler,
    testing::{
        EventSourceMapping, Fate, Faults, FifoMessage, ItemChange, Ledger, Message, PutRecord,
        Report, TopicRecord,
    },
};

/// Draws numbers from a seed.
struct Draw(u64);

impl Draw {
    /// `SplitMix64`, so that similar seeds draw different numbers.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from(mixed >> 33).unwrap() % end
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// What a record handler works with.
#[derive(Default)]
struct Work {
    ledger: Ledger,
    seed: u64,
    /// On average, 1 of this number of attempts fails.
    fails: u64,
    /// Records whose number is a multiple of this always fail. 0: none.
    poison: usize,
    attempts: RefCell<HashMap<String, u64>>,
}

impl Work {
    async fn on(&self, identifier: &str, number: usize) -> Result<(), String> {
        self.ledger.start(identifier);
        tokio::task::yield_now().await;
        let attempt = {
            let mut attempts = self.attempts.borrow_mut();
            let attempt = attempts.entry(identifier.to_owned()).or_default();
            *attempt += 1;
            *attempt
        };
        let mut draw = Draw(self.seed << 32 ^ (number as u64) << 16 ^ attempt);
        if draw.below(usize::try_from(self.fails).unwrap()) == 0 {
            return Err("busy".to_owned());
        }
        tokio::task::yield_now().await;
        if self.poison > 0 && number.is_multiple_of(self.poison) {
            assert_eq!(number % 2, 0, "a poison record that panics");
            return Err("poison".to_owned());
        }
        self.ledger.finish(identifier);
        Ok(())
    }
}

#[stream_handler]
async fn on_put(record: KinesisRecord<String>, work: &Work) -> Result<(), String> {
    let number = record.data().parse().unwrap();
    work.on(record.sequence_number(), number).await
}

#[derive(serde::Deserialize)]
struct Item {
    number: usize,
}

#[stream_handler]
async fn on_change(record: DynamoDbRecord<Item>, work: &Work) -> Result<(), String> {
    let identifier = record.sequence_number().to_owned();
    let Change::Insert { new } = record.into_change() else {
        return Err("not inserted".to_owned());
    };
    work.on(&identifier, new.number).await
}

#[stream_handler]
async fn on_message(message: SqsMessage<String>, work: &Work) -> Result<(), String> {
    let number = message.body().parse().unwrap();
    work.on(message.message_id(), number).await
}

#[stream_handler]
async fn on_topic(record: KafkaRecord<String>, work: &Work) -> Result<(), String> {
    let identifier = format!(
        "{}-{}:{}",
        record.topic(),
        record.partition(),
        record.offset()
    );
    let number = record.value().unwrap().parse().unwrap();
    work.on(&identifier, number).await
}

fn faults(draw: &mut Draw, seed: u64) -> Faults {
    #[expect(clippy::cast_precision_loss)]
    let rate = draw.below(15) as f64 / 100.0;
    Faults::seeded(seed).all(rate)
}

/// Draws the settings that all sources have.
macro_rules! any_settings {
    ($mapping:expr, $draw:expr, $seed:expr, $work:expr) => {
        $mapping
            .batch_size(1 + $draw.below(10))
            .report_batch_item_failures(true)
            .faults(faults(&mut $draw, $seed))
            .invocation_limit(100_000)
            .ledger(&$work.ledger)
    };
}

macro_rules! any_stream {
    ($mapping:expr, $draw:expr) => {
        $mapping
            .shards(1 + $draw.below(3))
            .parallelization_factor(1 + $draw.below(3))
            .bisect_batch_on_function_error($draw.flip())
            .maximum_retry_attempts(u32::try_from(3 + $draw.below(8)).unwrap())
            .retry_backoff(Duration::from_secs(1), Duration::from_secs(30))
            .on_failure_destination(true)
    };
}

/// One simulation of each source.
async fn runs(seed: u64) -> Vec<Report> {
    let mut draw = Draw(seed);
    let records = draw.below(40);
    let keys = 1 + draw.below(6);
    let mut work = Work {
        seed,
        fails: 3 + draw.below(20) as u64,
        poison: draw.below(3) * 7,
        ..Work::default()
    };
    let numbers = 1..=records;
    let key = |number: usize| format!("key-{}", number % keys);

    let puts = numbers
        .clone()
        .map(|n| PutRecord::new(n.to_string()).partition_key(key(n)));
    let kinesis = any_settings!(EventSourceMapping::kinesis(), draw, seed, work);
    let kinesis = any_stream!(kinesis, draw);
    let kinesis = kinesis.run(puts, |batch| on_put::batch(batch, &work)).await;

    let changes = numbers
        .clone()
        .map(|n| ItemChange::insert(&json!({"id": key(n)}), &json!({"number": n})));
    let dynamodb = any_settings!(EventSourceMapping::dynamodb(), draw, seed, work);
    let dynamodb = any_stream!(dynamodb, draw);
    let dynamodb = dynamodb
        .run(changes, |batch| on_change::batch(batch, &work))
        .await;

    let receives = u32::try_from(3 + draw.below(8)).unwrap();
    let messages = numbers.clone().map(|n| Message::new(n.to_string()));
    let sqs = any_settings!(EventSourceMapping::sqs(), draw, seed, work);
    let sqs = sqs.max_receive_count(receives);
    let sqs = sqs
        .run(messages, |batch| on_message::batch(batch, &work))
        .await;

    let messages = numbers
        .clone()
        .map(|n| FifoMessage::new(key(n), n.to_string()));
    let fifo = any_settings!(EventSourceMapping::fifo(), draw, seed, work);
    let fifo = fifo.max_receive_count(receives);
    let fifo = fifo
        .run(messages, |batch| on_message::batch(batch, &work))
        .await;

    // A topic has no on-failure destination, so a poison record would expire and be lost.
    work.poison = 0;
    let records = numbers.map(|n| TopicRecord::new(n.to_string()).key(key(n)));
    let kafka = any_settings!(EventSourceMapping::kafka(), draw, seed, work);
    let kafka = kafka
        .provisioned_mode(true)
        .partitions(1 + draw.below(4))
        .consumers(1 + draw.below(2));
    let kafka = kafka
        .run(records, |batch| on_topic::batch(batch, &work))
        .await;

    vec![kinesis, dynamodb, sqs, fifo, kafka]
}

#[tokio::test]
async fn every_record_is_processed_in_order_or_dead_lettered_or_discarded_with_a_document() {
    let (mut processed, mut given_up, mut faults) = (0, 0, 0);
    for seed in 0..60 {
        for report in runs(seed).await {
            report.assert_nothing_lost();
            report.assert_nothing_blocked();
            report.assert_in_order();
            assert!(report.unknown_in_ledger().is_empty(), "{seed}: {report}");
            for record in report.records() {
                match record.fate {
                    Fate::Processed => {
                        assert!(record.finished > Some(0), "{seed}: {report}");
                        processed += 1;
                    }
                    Fate::Discarded { document } => {
                        assert!(document < report.on_failure_documents().len());
                        given_up += 1;
                    }
                    Fate::DeadLettered { .. } => given_up += 1,
                    other => panic!("{seed}: {other:?}\n{report}"),
                }
            }
            faults += report
                .invocations()
                .iter()
                .filter(|i| i.fault.is_some())
                .count();
        }
    }
    // Without enough faults and failures, the test would prove nothing.
    assert!(
        processed > 3000 && given_up > 300 && faults > 1000,
        "{processed} {given_up} {faults}"
    );
}

// The same work with handlers written by hand.

fn identifier(record: &Value) -> String {
    let sequence_number = record["kinesis"]["sequenceNumber"].as_str();
    sequence_number
        .or(record["messageId"].as_str())
        .unwrap()
        .to_owned()
}

fn number(record: &Value) -> usize {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let data = record["kinesis"]["data"].as_str();
    let text = match data {
        Some(data) => String::from_utf8(BASE64_STANDARD.decode(data).unwrap()).unwrap(),
        None => record["body"].as_str().unwrap().to_owned(),
    };
    text.parse().unwrap()
}

async fn stops_at_first_error(event: LambdaEvent<Value>, work: &Work) -> Result<(), String> {
    for record in event.payload["Records"].as_array().unwrap() {
        work.on(&identifier(record), number(record)).await?;
    }
    Ok(())
}

async fn reports_all(event: LambdaEvent<Value>, work: &Work) -> Result<Value, String> {
    let mut failures = Vec::new();
    for record in event.payload["Records"].as_array().unwrap() {
        if work.on(&identifier(record), number(record)).await.is_err() {
            failures.push(json!({"itemIdentifier": identifier(record)}));
        }
    }
    Ok(json!({"batchItemFailures": failures}))
}

#[tokio::test]
async fn handlers_written_by_hand_repeat_more_work() {
    let records = || (1..=200).map(|n: usize| n.to_string());
    let wasted = |report: &Report| {
        report.assert_all_processed();
        report.wasted().unwrap()
    };
    for seed in 0..5 {
        let work = Work {
            seed,
            fails: 30,
            ..Work::default()
        };
        let mapping = EventSourceMapping::kinesis()
            .batch_size(50)
            .faults(Faults::seeded(seed).throttles(0.05))
            .invocation_limit(100_000)
            .ledger(&work.ledger);
        let naive = wasted(
            &mapping
                .run(records(), |event| stops_at_first_error(event, &work))
                .await,
        );
        let mapping = mapping.report_batch_item_failures(true);
        let all = wasted(
            &mapping
                .run(records(), |event| reports_all(event, &work))
                .await,
        );
        let ours = wasted(
            &mapping
                .run(records(), |batch| on_put::batch(batch, &work))
                .await,
        );
        assert_eq!(ours, 0, "a batch handler repeats no processed record");
        assert!(all > 20 && naive > 20, "{naive} {all}");

        // On a FIFO queue they also break the order.
        let messages = || (1..=200).map(|n: usize| (format!("key-{}", n % 5), n.to_string()));
        let mapping = EventSourceMapping::fifo()
            .report_batch_item_failures(true)
            .max_receive_count(100)
            .invocation_limit(100_000)
            .ledger(&work.ledger);
        let all = mapping
            .run(messages(), |event| reports_all(event, &work))
            .await;
        assert!(!all.order_violations().is_empty());
        let ours = mapping
            .run(messages(), |batch| on_message::batch(batch, &work))
            .await;
        ours.assert_in_order();
        ours.assert_all_processed();
    }
}
