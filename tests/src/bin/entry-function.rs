//! A Lambda function with one of several entry points, which its argument names, for the tests of
//! entry points.

use std::{
    future::Ready,
    ops::Range,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use serde::{Deserialize, Deserializer};
use stream_handler::{
    Batch, BatchError, BatchResponse, BodyLayer, DecodeError, Event, LambdaEvent, RawRecord,
    Record,
    lambda_runtime::{
        Error, LambdaInvocation, Runtime, layers::TracingLayer, service_fn, tower::Service,
        tower::layer::layer_fn,
    },
    sqs::{Sqs, SqsMessage},
    stream_handler,
};

/// Fails the messages whose text says so.
#[stream_handler]
async fn on_message(message: SqsMessage<String>) -> Result<(), String> {
    tokio::task::yield_now().await;
    assert!(!message.body().starts_with("panic"), "provoked");
    if message.body().starts_with("fail") {
        Err("as it says".to_owned())
    } else {
        Ok(())
    }
}

type Returned = Result<BatchResponse, BatchError>;
type Messages = Batch<SqsMessage<String>>;

/// Panics for some invocations, at once or later.
async fn or_panic(event: LambdaEvent<Messages>) -> Returned {
    let id = event.context.request_id.clone();
    tokio::task::yield_now().await;
    assert!(!id.starts_with("panic-later"), "provoked by {id}");
    on_message::batch(event).await
}

fn or_panic_at_once(
    event: LambdaEvent<Messages>,
) -> Pin<Box<dyn Future<Output = Returned> + Send>> {
    let id = &event.context.request_id;
    assert!(!id.starts_with("panic-at-once"), "provoked by {id}");
    Box::pin(or_panic(event))
}

// Payloads that have a batch in them, or none.

#[derive(Deserialize)]
struct Newtype(Messages);

#[derive(Deserialize)]
#[serde(transparent)]
struct Transparent {
    batch: Messages,
}

#[derive(Deserialize)]
#[serde(from = "Messages")]
struct Converted(Messages);

impl From<Messages> for Converted {
    fn from(batch: Messages) -> Self {
        Self(batch)
    }
}

#[derive(Deserialize)]
struct Field {
    #[serde(rename = "Records")]
    batch: Messages,
}

#[derive(Deserialize)]
struct Flattened {
    #[serde(flatten)]
    batch: Messages,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Untagged {
    Batch(Messages),
}

/// Whatever is wrong, there is nothing to do.
struct Tolerant(Vec<Messages>);

impl<'de> Deserialize<'de> for Tolerant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Vec::deserialize(deserializer).unwrap_or_default()))
    }
}

/// Reads another text, which is cut off.
struct Elsewhere(Messages);

impl<'de> Deserialize<'de> for Elsewhere {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        let read = serde_json::from_str(r#"{"Records":["#);
        read.map(Self).map_err(serde::de::Error::custom)
    }
}

/// Hands on what the payload holds.
async fn serve<P>(batch: fn(P) -> Messages) -> Result<(), Error>
where
    P: for<'de> Deserialize<'de>,
{
    let handler = |event: LambdaEvent<P>| {
        on_message::batch(LambdaEvent::new(batch(event.payload), event.context))
    };
    Runtime::new(service_fn(handler))
        .layer(BodyLayer::new())
        .layer(TracingLayer::new())
        .run()
        .await
}

/// A layer that looks at each invocation.
#[derive(Clone)]
struct Look<S, F>(S, F);

impl<S, F> Service<LambdaInvocation> for Look<S, F>
where
    S: Service<LambdaInvocation>,
    F: FnMut(&LambdaInvocation),
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, invocation: LambdaInvocation) -> S::Future {
        (self.1)(&invocation);
        self.0.call(invocation)
    }
}

/// A layer that calls what it wraps later, and not within `call`.
struct Later<S>(Arc<Mutex<S>>);

impl<S> Service<LambdaInvocation> for Later<S>
where
    S: Service<LambdaInvocation, Response = (), Error = Error> + 'static,
{
    type Response = ();
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, invocation: LambdaInvocation) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            tokio::task::yield_now().await;
            let future = inner
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .call(invocation);
            future.await
        })
    }
}

/// Where the body is that an invocation came with.
static BODY: Mutex<Range<usize>> = Mutex::new(0..0);

/// Whether the text of a record is in that body.
struct InBody(bool);

impl Record for InBody {
    type Source = Sqs;

    fn decode(raw: RawRecord<'_, '_, Sqs>) -> Result<Self, DecodeError> {
        let at = raw.json().as_ptr() as usize;
        Ok(Self(BODY.lock().expect("no panic").contains(&at)))
    }
}

#[stream_handler]
fn in_body(InBody(yes): InBody) -> Result<(), String> {
    if yes {
        Ok(())
    } else {
        Err("a copy".to_owned())
    }
}

fn remember(invocation: &LambdaInvocation) {
    let start = invocation.body.as_ptr() as usize;
    *BODY.lock().expect("no panic") = start..start + invocation.body.len();
}

/// Two workers on one thread: an invocation follows another where that one's call panicked.
async fn panics_inside() -> Result<(), Error> {
    let panics = |invocation: &LambdaInvocation| {
        let id = &invocation.context.request_id;
        assert!(!id.starts_with("panic"), "provoked by {id}");
    };
    Runtime::new(service_fn(on_message::batch))
        .layer(layer_fn(move |inner| Look(inner, panics)))
        .layer(BodyLayer::new())
        .run_concurrent()
        .await
}

async fn layers() -> Result<(), Error> {
    let inside = |invocation: &LambdaInvocation| assert!(invocation.body.is_empty());
    let outside = |invocation: &LambdaInvocation| {
        println!("outside: {} bytes", invocation.body.len());
    };
    Runtime::new(service_fn(on_message::batch))
        .layer(layer_fn(move |inner| Look(inner, inside)))
        .layer(BodyLayer::new())
        .layer(BodyLayer::new())
        .layer(layer_fn(move |inner| Look(inner, outside)))
        .layer(TracingLayer::new())
        .run_concurrent()
        .await
}

async fn start(entry: &str) -> Result<(), Error> {
    if !entry.starts_with("run") {
        stream_handler::lambda_runtime::tracing::init_default_subscriber();
    }
    match entry {
        "run" => Ok(stream_handler::run(or_panic_at_once).await?),
        "run_concurrent" => {
            let spawned = tokio::spawn(stream_handler::run_concurrent(or_panic_at_once));
            Ok(spawned.await??)
        }
        "without layer" => {
            let handler = service_fn(or_panic_at_once);
            Runtime::new(handler).layer(TracingLayer::new()).run().await
        }
        "layers" => layers().await,
        "panics inside" => panics_inside().await,
        "later" => {
            Runtime::new(service_fn(on_message::batch))
                .layer(layer_fn(|inner| Later(Arc::new(Mutex::new(inner)))))
                .layer(BodyLayer::new())
                .run()
                .await
        }
        "in body" => {
            Runtime::new(service_fn(in_body::batch))
                .layer(BodyLayer::new())
                .layer(layer_fn(|inner| Look(inner, remember)))
                .run()
                .await
        }
        "event" => serve(|event: Event| event.into()).await,
        "newtype" => serve(|Newtype(batch)| batch).await,
        "transparent" => serve(|Transparent { batch }| batch).await,
        "converted" => serve(|Converted(batch)| batch).await,
        "boxed" => serve(|batch: Box<Messages>| *batch).await,
        "option" => serve(|batch: Option<Messages>| batch.expect("provoked: none")).await,
        "field" => serve(|Field { batch }| batch).await,
        "flattened" => serve(|Flattened { batch }| batch).await,
        "untagged" => serve(|Untagged::Batch(batch)| batch).await,
        "tuple" => serve(|(batch,): (Messages,)| batch).await,
        "elsewhere" => serve(|Elsewhere(batch)| batch).await,
        "tolerant" => {
            serve(|Tolerant(batches)| {
                let mut batches = batches.into_iter();
                let empty = || Event::from(r#"{"Records":[]}"#.to_owned()).into();
                batches.next().unwrap_or_else(empty)
            })
            .await
        }
        "nothing" => {
            let handler = |_: LambdaEvent<Nothing>| -> Ready<Result<(), Error>> {
                std::future::ready(Ok(()))
            };
            let runtime = Runtime::new(service_fn(handler));
            runtime.layer(BodyLayer::new()).run().await
        }
        _ => Err(format!("no entry point {entry}").into()),
    }
}

/// A payload that reads nothing.
struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

fn main() -> Result<(), Error> {
    let entry = std::env::args().nth(1).ok_or("an argument is missing")?;
    let mut tokio = if entry == "panics inside" {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let tokio = tokio.worker_threads(4).enable_all().build()?;
    tokio.block_on(start(&entry))
}
