use aws_lambda_events::dynamodb::Event;
use stream_handler::stream_handler;

#[stream_handler]
async fn on_event(_event: Event) {}

fn main() {}
