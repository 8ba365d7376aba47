//! Kafka.

use std::{collections::BTreeMap, hint::black_box};

use aws_lambda_events::kafka::{KafkaEvent, KafkaRecord as AwsKafkaRecord};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use stream_handler::{
    Json, LambdaEvent,
    kafka::KafkaRecord,
    lambda_runtime::{self, LambdaInvocation},
    stream_handler,
};
use tokio::runtime::Runtime;

use super::{
    Contender,
    bodies::Body,
    entry, floor, limit,
    order::{Order, Seen},
};

pub(crate) fn respond(
    contender: Contender,
    runtime: &Runtime,
    body: &Body,
    invocation: LambdaInvocation,
    seen: &Seen,
) -> Vec<u8> {
    let own_type = |event| own_type::batch(event, seen);
    match contender {
        Contender::StreamHandler => entry::ours(runtime, invocation, own_type),
        Contender::WithoutLayouts => entry::without_layouts(runtime, invocation, own_type),
        Contender::AwsTypes => {
            entry::ours(runtime, invocation, |event| aws_type::batch(event, seen))
        }
        Contender::ByHand => entry::by_hand(runtime, invocation, |event| by_hand(event, seen)),
        Contender::Floor => floor(&invocation.body, seen),
        Contender::Limit => limit::respond(body, &invocation, seen),
    }
}

#[stream_handler]
async fn own_type(record: KafkaRecord<Json<Order>>, seen: &Seen) {
    if let Some(order) = record.value() {
        seen.order(order);
    }
}

#[stream_handler]
async fn aws_type(record: AwsKafkaRecord, seen: &Seen) -> Result<(), lambda_runtime::Error> {
    on_record(&record, seen).await
}

/// The response, for which `aws_lambda_events` has no type.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct KafkaResponse {
    batch_item_failures: Vec<KafkaFailure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KafkaFailure {
    item_identifier: KafkaIdentifier,
}

#[derive(Serialize)]
struct KafkaIdentifier {
    partition: String,
    offset: i64,
}

async fn by_hand(
    event: LambdaEvent<KafkaEvent>,
    seen: &Seen,
) -> Result<KafkaResponse, lambda_runtime::Error> {
    let mut response = KafkaResponse::default();
    for (partition, records) in event.payload.records {
        let mut failed = false;
        for record in records {
            // Later records of the partition wait for the failed one.
            failed = failed || on_record(&record, seen).await.is_err();
            if failed {
                response.batch_item_failures.push(KafkaFailure {
                    item_identifier: KafkaIdentifier {
                        partition: partition.clone(),
                        offset: record.offset,
                    },
                });
            }
        }
    }
    Ok(response)
}

async fn on_record(record: &AwsKafkaRecord, seen: &Seen) -> Result<(), lambda_runtime::Error> {
    if let Some(value) = &record.value {
        let order: Order = serde_json::from_slice(&BASE64_STANDARD.decode(value)?)?;
        seen.order(&order);
    }
    Ok(())
}

fn floor(body: &[u8], seen: &Seen) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Event<'a> {
        #[serde(borrow)]
        records: BTreeMap<&'a str, Vec<Record<'a>>>,
    }
    #[derive(Deserialize)]
    struct Record<'a> {
        partition: i32,
        offset: i64,
        value: &'a str,
    }
    let event: Event<'_> = serde_json::from_slice(body).expect("an event");
    let mut bytes = Vec::new();
    for record in event.records.into_values().flatten() {
        black_box((record.partition, record.offset));
        bytes.clear();
        let decoded = BASE64_STANDARD.decode_vec(record.value, &mut bytes);
        decoded.expect("base64");
        let order: Order = serde_json::from_slice(&bytes).expect("an order");
        seen.order(&order);
    }
    floor::SUCCESS.to_vec()
}
