// What you write:

#[stream_handler(crate = crate::vendored::handlers)]
async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), Error> {
    db.insert(order).await
}

// What is generated:

async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), Error> {
    db.insert(order).await
}
/// The batch handler of the function [`on_order`](fn@on_order).
#[non_exhaustive]
struct on_order {}
impl on_order {
    /// Handles one event: the handler `lambda_runtime` wants.
    async fn batch(
        event: crate::vendored::handlers::LambdaEvent<
            crate::vendored::handlers::Batch<KinesisRecord<Json<Order>>>,
        >,
        db: &Db,
    ) -> ::core::result::Result<
        crate::vendored::handlers::BatchResponse,
        crate::vendored::handlers::BatchError,
    > {
        let (batch, context) = event.into_parts();
        let record = crate::vendored::handlers::__private::record::<
            KinesisRecord<Json<Order>>,
            _,
        >();
        let handler = crate::vendored::handlers::__private::handler::<
            Result<(), Error>,
            _,
            _,
            _,
            _,
        >(
            record,
            |record| on_order(
                record,
                crate::vendored::handlers::__private::shared::<&Db>(&db),
            ),
        );
        let settings = crate::vendored::handlers::__private::Settings::new();
        let dead_letter = crate::vendored::handlers::__private::no_dead_letter();
        crate::vendored::handlers::__private::process(
                batch,
                &context,
                handler,
                settings,
                dead_letter,
            )
            .await
    }
}
