// What you write:

#[stream_handler]
async fn on_order(order: KinesisRecord<Json<Order>>) -> Result<(), Error> {
    insert(order.data()).await
}

// What is generated:

async fn on_order(order: KinesisRecord<Json<Order>>) -> Result<(), Error> {
    insert(order.data()).await
}
/// The batch handler of the function [`on_order`](fn@on_order).
#[non_exhaustive]
struct on_order {}
impl on_order {
    /// Handles one event: the handler `lambda_runtime` wants.
    async fn batch(
        event: ::stream_handler::LambdaEvent<
            ::stream_handler::Batch<KinesisRecord<Json<Order>>>,
        >,
    ) -> ::core::result::Result<
        ::stream_handler::BatchResponse,
        ::stream_handler::BatchError,
    > {
        let (batch, context) = event.into_parts();
        let record = ::stream_handler::__private::record::<
            KinesisRecord<Json<Order>>,
            _,
        >();
        let handler = ::stream_handler::__private::handler::<
            Result<(), Error>,
            _,
            _,
            _,
            _,
        >(record, |record| on_order(record));
        let settings = ::stream_handler::__private::Settings::new();
        let dead_letter = ::stream_handler::__private::no_dead_letter();
        ::stream_handler::__private::process(
                batch,
                &context,
                handler,
                settings,
                dead_letter,
            )
            .await
    }
}
