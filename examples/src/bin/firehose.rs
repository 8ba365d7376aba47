//! Amazon Data Firehose: cleans up clicks on their way to a lake.
//!
//! What to look at:
//!
//! - The function returns what becomes of the record's data: other data, or nothing on purpose.
//! - Every record is answered, exactly once. One that can't be decoded, or for which the function
//!   fails or panics, goes to the delivery stream's error output; the others are delivered.
//! - A partition key says where the record goes, with dynamic partitioning.

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
        return Err(format!("`{}` is no country", click.country));
    }
    click.country.make_ascii_lowercase();
    let line = Transformed::json_line(&click).map_err(|error| error.to_string())?;
    Ok(line.with_partition_key("country", &click.country))
}

#[tokio::main]
async fn main() -> Result<(), stream_handler::Error> {
    stream_handler::run(on_click::batch).await
}
