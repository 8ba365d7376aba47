//! Amazon Data Firehose: cleans up click events on their way to a data lake.
//!
//! What to look at:
//!
//! - The record handler returns `Transformed`: new data for the record, or that it is dropped on
//!   purpose.
//! - The response has one result per record. A record that returns an error, panics or can't be
//!   decoded goes to the Firehose stream's error output. The other records are delivered.
//! - With dynamic partitioning, partition keys choose the record's prefix in the bucket.

use serde::{Deserialize, Serialize};
use stream_handler::{
    Json,
    firehose::{FirehoseRecord, Transformed},
    stream_handler,
};

#[derive(Debug, Deserialize, Serialize)]
struct Click {
    page: String,
    country: String,
    milliseconds: u64,
}

#[stream_handler]
fn on_click(click: FirehoseRecord<Json<Click>>) -> Result<Transformed, String> {
    let Json(mut click) = click.into_data();
    if click.page == "/health" {
        return Ok(Transformed::dropped());
    }
    if click.country.len() != 2 {
        return Err(format!("invalid country `{}`", click.country));
    }
    click.country.make_ascii_lowercase();
    let line = Transformed::json_line(&click).map_err(|error| error.to_string())?;
    Ok(line.with_partition_key("country", &click.country))
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    stream_handler::run(on_click::batch).await
}
