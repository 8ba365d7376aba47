//! Kinesis.

use std::hint::black_box;

use aws_lambda_events::{
    kinesis::{KinesisEvent, KinesisEventRecord},
    streams::KinesisEventResponse,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use stream_handler::{
    Json, LambdaEvent,
    kinesis::KinesisRecord,
    lambda_runtime::{self, LambdaInvocation},
    stream_handler,
};
use tokio::runtime::Runtime;

use super::{
    Contender,
    bodies::Body,
    entry,
    floor::{self, Event},
    limit,
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
async fn own_type(record: KinesisRecord<Json<Order>>, seen: &Seen) {
    seen.order(record.data());
}

#[stream_handler]
async fn aws_type(record: KinesisEventRecord, seen: &Seen) -> Result<(), lambda_runtime::Error> {
    on_record(&record, seen).await
}

async fn by_hand(
    event: LambdaEvent<KinesisEvent>,
    seen: &Seen,
) -> Result<KinesisEventResponse, lambda_runtime::Error> {
    let mut response = KinesisEventResponse::default();
    for record in event.payload.records {
        if on_record(&record, seen).await.is_err() {
            response.add_failure(record.kinesis.sequence_number);
            break;
        }
    }
    Ok(response)
}

async fn on_record(record: &KinesisEventRecord, seen: &Seen) -> Result<(), lambda_runtime::Error> {
    let order: Order = serde_json::from_slice(&record.kinesis.data)?;
    seen.order(&order);
    Ok(())
}

fn floor(body: &[u8], seen: &Seen) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Record<'a> {
        #[serde(borrow)]
        kinesis: Inner<'a>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Inner<'a> {
        sequence_number: &'a str,
        data: &'a str,
    }
    let event: Event<Record<'_>> = serde_json::from_slice(body).expect("an event");
    let mut bytes = Vec::new();
    for Record { kinesis } in event.records {
        black_box(kinesis.sequence_number);
        bytes.clear();
        let decoded = BASE64_STANDARD.decode_vec(kinesis.data, &mut bytes);
        decoded.expect("base64");
        let order: Order = serde_json::from_slice(&bytes).expect("an order");
        seen.order(&order);
    }
    floor::SUCCESS.to_vec()
}
