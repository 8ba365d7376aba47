#![deny(warnings)]
//! Every option, alone and with all others; `batch` stays `Send`.

use std::{io, sync::Arc};

use stream_handler::{
    Context, DeadLetter, Failure, Json, Observer, kinesis::KinesisRecord, sqs::SqsMessage,
    stream_handler,
};

struct Silent;

impl Observer for Silent {}

static SILENT: Silent = Silent;

async fn to_queue(_letter: DeadLetter, _db: &str, _n: Arc<u64>) -> Result<(), io::Error> {
    Ok(())
}

mod queues {
    pub async fn forget(_letter: stream_handler::DeadLetter) {}
}

#[stream_handler(
    concurrency = 64,
    record_timeout = "2s",
    deadline_margin = "750ms",
    dead_letter = to_queue,
    undecodable = "permanent",
    on_full_failure = "error",
    observer = SILENT,
)]
async fn all(
    _line: KinesisRecord<Json<u64>>,
    _db: &str,
    #[context] _context: &Context,
    _n: Arc<u64>,
) -> Result<(), Failure> {
    tokio::task::yield_now().await;
    Ok(())
}

#[stream_handler(deadline_margin = "off")]
fn off(_message: SqsMessage<String>) {}

#[stream_handler(dead_letter = queues::forget)]
async fn letters(_message: SqsMessage<String>) {}

#[stream_handler(concurrency = 1, undecodable = "transient", on_full_failure = "report")]
async fn defaults(_message: SqsMessage<String>) {}

fn event<T>() -> stream_handler::LambdaEvent<stream_handler::Batch<T>> {
    stream_handler::LambdaEvent::new(serde_json::from_str("{}").unwrap(), Context::default())
}

fn send<T: Send>(_: T) {}

fn main() {
    send(all::batch(event(), "", Arc::new(1)));
    send(off::batch(event()));
    send(letters::batch(event()));
    send(defaults::batch(event()));
}
