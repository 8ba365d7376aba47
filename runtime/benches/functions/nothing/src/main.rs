//! Returns success for every event, and reads nothing of it: what `lambda_runtime` costs.

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};
use serde::{Deserialize, Deserializer, Serialize};

/// Deserialises without a look at the event.
struct Unread;

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    batch_item_failures: [(); 0],
}

async fn on_batch(_: LambdaEvent<Unread>) -> Result<Response, Error> {
    Ok(Response {
        batch_item_failures: [],
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(on_batch)).await
}
