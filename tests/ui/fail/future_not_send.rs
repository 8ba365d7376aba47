use stream_handler::{kinesis::KinesisRecord, stream_handler};

use std::{rc::Rc, time::Duration};

#[stream_handler]
async fn on_line(_line: KinesisRecord<String>) {
    let line = Rc::new(_line);
    tokio::time::sleep(Duration::ZERO).await;
    drop(line);
}

fn needs_send(_: impl Send) {}

fn main() {
    needs_send(on_line::batch(unimplemented!()));
}
