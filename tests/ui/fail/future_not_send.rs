use std::{rc::Rc, time::Duration};

use stream_handler::{LambdaEvent, kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) {
    let line = Rc::new(_line);
    tokio::time::sleep(Duration::ZERO).await;
    drop(line);
}

fn needs_send<T, F: Send>(_: impl Fn(LambdaEvent<T>) -> F) {}

fn main() {
    needs_send(on_line::batch);
}
