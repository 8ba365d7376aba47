#![deny(warnings)]
//! In nested modules, in functions, in blocks, in trait methods: with types from around them.

mod outer {
    #[derive(serde::Deserialize)]
    pub struct Order {
        pub id: u64,
    }

    pub mod inner {
        use super::Order;
        use stream_handler::{Json, kinesis::KinesisRecord};

        #[stream_handler::stream_handler]
        pub async fn on_order(order: KinesisRecord<Json<Order>>, limit: super::Limit) {
            assert!(order.data().id < limit.0);
        }
    }

    #[derive(Clone, Copy)]
    pub struct Limit(pub u64);
}

trait Start {
    fn start(&self);
}

struct Service;

impl Start for Service {
    fn start(&self) {
        use stream_handler::{sqs::SqsMessage, stream_handler};

        #[derive(Clone)]
        struct Local;

        #[stream_handler]
        async fn on_message(_message: SqsMessage<String>, _local: Local) {}

        {
            #[stream_handler]
            async fn on_message(_message: SqsMessage<String>) {}
            let _ = on_message::batch;
        }
        let _ = |event| on_message::batch(event, Local);
    }
}

fn main() {
    Service.start();
    let _ = |event| outer::inner::on_order::batch(event, outer::Limit(1));
}
