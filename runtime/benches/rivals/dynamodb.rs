//! DynamoDB Streams, with both images of each change.

use std::{borrow::Cow, hint::black_box, str::FromStr};

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use serde::{Deserialize, Deserializer};
use stream_handler::{
    LambdaEvent,
    dynamodb::{Change, DynamoDbRecord},
    lambda_runtime::{self, LambdaInvocation},
    stream_handler,
};
use tokio::runtime::Runtime;

use super::{
    Contender,
    bodies::Body,
    entry, floor, limit,
    order::{Item, Order, Seen},
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
async fn own_type(record: DynamoDbRecord<Order>, seen: &Seen) {
    on_change(record.change(), seen);
}

fn on_change(change: &Change<Order>, seen: &Seen) {
    if let Change::Modify { old, new } = change {
        seen.order(old);
        seen.order(new);
    }
}

#[stream_handler]
async fn aws_type(record: EventRecord, seen: &Seen) -> Result<(), lambda_runtime::Error> {
    on_record(record, seen).await
}

async fn by_hand(
    event: LambdaEvent<Event>,
    seen: &Seen,
) -> Result<DynamoDbEventResponse, lambda_runtime::Error> {
    let mut response = DynamoDbEventResponse::default();
    for mut record in event.payload.records {
        let sequence_number = record.change.sequence_number.take().unwrap_or_default();
        if on_record(record, seen).await.is_err() {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence_number);
            response.batch_item_failures.push(failure);
            break;
        }
    }
    Ok(response)
}

async fn on_record(record: EventRecord, seen: &Seen) -> Result<(), lambda_runtime::Error> {
    if record.event_name == "MODIFY" {
        let old: Order = serde_dynamo::from_item(record.change.old_image)?;
        let new: Order = serde_dynamo::from_item(record.change.new_image)?;
        seen.order(&old);
        seen.order(&new);
    }
    Ok(())
}

fn floor(body: &[u8], seen: &Seen) -> Vec<u8> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Record<'a> {
        event_name: &'a str,
        #[serde(borrow)]
        dynamodb: Inner<'a>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Inner<'a> {
        sequence_number: &'a str,
        #[serde(borrow)]
        new_image: Image<'a>,
        #[serde(borrow)]
        old_image: Image<'a>,
    }
    let event: floor::Event<Record<'_>> = serde_json::from_slice(body).expect("an event");
    for record in event.records {
        black_box((record.event_name, record.dynamodb.sequence_number));
        seen.order(&record.dynamodb.old_image.into());
        seen.order(&record.dynamodb.new_image.into());
    }
    floor::SUCCESS.to_vec()
}

/// An order in DynamoDB JSON.
#[derive(Deserialize)]
pub(super) struct Image<'a> {
    id: Number<u64>,
    #[serde(borrow)]
    customer: Text<'a>,
    total: Number<f64>,
    #[serde(borrow)]
    note: Option<Text<'a>>,
    #[serde(borrow)]
    items: Option<List<'a>>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(rename = "S", borrow)]
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Number<T: FromStr> {
    #[serde(rename = "N", deserialize_with = "number")]
    number: T,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(rename = "L", borrow)]
    list: Vec<Map<'a>>,
}

#[derive(Deserialize)]
struct Map<'a> {
    #[serde(rename = "M", borrow)]
    map: ItemImage<'a>,
}

#[derive(Deserialize)]
struct ItemImage<'a> {
    #[serde(borrow)]
    sku: Text<'a>,
    quantity: Number<u32>,
    price: Number<f64>,
}

fn number<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<T, D::Error> {
    let text = <&str>::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| serde::de::Error::custom("not a number"))
}

impl From<Image<'_>> for Order {
    fn from(image: Image<'_>) -> Self {
        let items = image.items.into_iter().flat_map(|items| items.list);
        Self {
            id: image.id.number,
            customer: image.customer.text.into_owned(),
            total: image.total.number,
            note: image.note.map(|note| note.text.into_owned()),
            items: items.map(|Map { map }| map.into()).collect(),
        }
    }
}

impl From<ItemImage<'_>> for Item {
    fn from(item: ItemImage<'_>) -> Self {
        Self {
            sku: item.sku.text.into_owned(),
            quantity: item.quantity.number,
            price: item.price.number,
        }
    }
}
