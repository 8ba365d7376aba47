use aws_lambda_events::kinesis::KinesisEvent;
use stream_handler::stream_handler;

#[stream_handler]
async fn on_event(_event: KinesisEvent) {}

fn main() {}
