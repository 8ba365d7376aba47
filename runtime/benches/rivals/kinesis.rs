//! Kinesis.

use std::hint::black_box;

use aws_lambda_events::{
    kinesis::{KinesisEvent, KinesisEventRecord},
    streams::KinesisEventResponse,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use stream_handler::{Json, LambdaEvent, kinesis::KinesisRecord, lambda_runtime, stream_handler};

use super::{
    Contender,
    entry::{invoke, invoke_batch},
    floor::{self, Field, elements},
    order::{Order, Seen},
};

pub(crate) async fn answer(contender: Contender, body: &[u8], seen: &Seen) -> Vec<u8> {
    match contender {
        Contender::StreamHandler => invoke_batch(body, |event| own_type::batch(event, seen)).await,
        Contender::AwsTypes => invoke_batch(body, |event| aws_type::batch(event, seen)).await,
        Contender::ByHand => invoke(body, |event| by_hand(event, seen)).await,
        Contender::Floor => floor(body, seen),
    }
}

pub(crate) async fn answer_with_dead_letters(body: &[u8], seen: &Seen) -> Vec<u8> {
    invoke_batch(body, |event| dead_letters::batch(event, seen)).await
}

#[stream_handler]
async fn own_type(record: KinesisRecord<Json<Order>>, seen: &Seen) {
    seen.order(record.data());
}

#[stream_handler(undecodable = "permanent", dead_letter = super::take)]
async fn dead_letters(record: KinesisRecord<Json<Order>>, seen: &Seen) {
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
    let mut bytes = Vec::new();
    let each = |record: Record<'_>| {
        black_box(record.kinesis.sequence_number);
        bytes.clear();
        let decoded = BASE64_STANDARD.decode_vec(record.kinesis.data, &mut bytes);
        decoded.expect("base64");
        let order: Order = serde_json::from_slice(&bytes).expect("an order");
        seen.order(&order);
    };
    floor::read(body, Field("Records", elements(each)));
    floor::SUCCESS.to_vec()
}
