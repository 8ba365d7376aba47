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
        let records = ::stream_handler::__private::records::<
            KinesisRecord<Json<Order>>,
            _,
        >(batch);
        let handler = ::stream_handler::__private::handler::<
            Result<(), Error>,
            _,
            _,
            _,
            _,
        >(&records, |record| on_order(record));
        let settings = ::stream_handler::__private::Settings::new();
        ::stream_handler::__private::process(records, handler, &context, settings).await
    }
}
