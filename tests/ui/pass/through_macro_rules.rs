#![deny(warnings)]
//! Handlers made by `macro_rules!`, their types passed as fragments.

use stream_handler::{Json, kinesis::KinesisRecord, sqs::SqsMessage, stream_handler};

macro_rules! handlers {
    ($($(#[$meta:meta])* $visibility:vis $name:ident: $record:ty => $output:ty $body:block)*) => {
        $(
            $(#[$meta])*
            #[stream_handler]
            $visibility async fn $name(_record: $record, _shared: &$output) -> $output $body
        )*
    };
}

handlers! {
    /// Documented.
    pub on_line: KinesisRecord<String> => Result<(), String> { Ok(()) }
    on_number: SqsMessage<Json<u64>> => () {}
}

fn main() {
    let _ = |event| on_line::batch(event, &Ok::<(), String>(()));
    let _ = |event| on_number::batch(event, &());
}
