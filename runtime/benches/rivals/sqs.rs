//! SQS, a standard queue.

use std::hint::black_box;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage as AwsSqsMessage};
use serde::Deserialize;
use stream_handler::{
    Json, LambdaEvent,
    lambda_runtime::{self, LambdaInvocation},
    sqs::SqsMessage,
    stream_handler,
};
use tokio::runtime::Runtime;

use super::{
    Contender,
    bodies::Body,
    entry,
    floor::{self, Event, embedded},
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
async fn own_type(message: SqsMessage<Json<Order>>, seen: &Seen) {
    seen.order(message.body());
}

#[stream_handler]
async fn aws_type(message: AwsSqsMessage, seen: &Seen) -> Result<(), lambda_runtime::Error> {
    on_message(&message, seen).await
}

async fn by_hand(
    event: LambdaEvent<SqsEvent>,
    seen: &Seen,
) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    let mut response = SqsBatchResponse::default();
    for message in event.payload.records {
        if on_message(&message, seen).await.is_err() {
            response.add_failure(message.message_id.unwrap_or_default());
        }
    }
    Ok(response)
}

async fn on_message(message: &AwsSqsMessage, seen: &Seen) -> Result<(), lambda_runtime::Error> {
    let body = message.body.as_deref().unwrap_or_default();
    let order: Order = serde_json::from_str(body)?;
    seen.order(&order);
    Ok(())
}

fn floor(body: &[u8], seen: &Seen) -> Vec<u8> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Message<'a> {
        message_id: &'a str,
        #[serde(deserialize_with = "embedded")]
        body: Order,
    }
    let event: Event<Message<'_>> = serde_json::from_slice(body).expect("an event");
    for message in event.records {
        black_box(message.message_id);
        seen.order(&message.body);
    }
    floor::SUCCESS.to_vec()
}
