//! A function as it is deployed, for the tests that run one.

use stream_handler::{kinesis::KinesisRecord, stream_handler};

#[stream_handler]
async fn on_line(line: KinesisRecord<String>) -> Result<(), String> {
    tokio::task::yield_now().await;
    match line.data().as_str() {
        "bad" => Err("a bad line".to_owned()),
        "exit" => std::process::exit(1),
        "hang" => std::future::pending().await,
        _ => Ok(()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), stream_handler::Error> {
    stream_handler::run(on_line::batch).await
}
