use aws_lambda_events::kinesis::KinesisRecord;
use stream_handler::stream_handler;

#[stream_handler]
async fn on_record(_record: KinesisRecord) {}

fn main() {}
