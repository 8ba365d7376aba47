use aws_lambda_events::sqs::SqsEvent;
use stream_handler::stream_handler;

#[stream_handler]
async fn on_event(_event: SqsEvent) {}

fn main() {}
