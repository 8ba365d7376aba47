// What you write:

/// Stores an order.
#[cfg(feature = "orders")]
#[deprecated(note = "use `on_line`")]
#[expect(clippy::unused_async, reason = "awaits nothing yet")]
#[tracing::instrument(skip_all)]
#[stream_handler]
pub(crate) async fn on_order<'a, 'b: 'a>(
    order: DynamoDbRecord<Order>,
    db: &'a Db<'b>,
    log: View<'_>,
) -> Result<(), &'a str> {
    db.insert(order, log)
}

// What is generated:

/// Stores an order.
#[cfg(feature = "orders")]
#[deprecated(note = "use `on_line`")]
#[expect(clippy::unused_async, reason = "awaits nothing yet")]
#[tracing::instrument(skip_all)]
pub(crate) async fn on_order<'a, 'b: 'a>(
    order: DynamoDbRecord<Order>,
    db: &'a Db<'b>,
    log: View<'_>,
) -> Result<(), &'a str> {
    db.insert(order, log)
}
#[cfg(feature = "orders")]
#[deprecated(note = "use `on_line`")]
#[allow(clippy::unused_async, reason = "awaits nothing yet")]
/// The batch handler of the function [`on_order`](fn@on_order).
#[non_exhaustive]
pub(crate) struct on_order {}
#[cfg(feature = "orders")]
#[deprecated(note = "use `on_line`")]
#[allow(clippy::unused_async, reason = "awaits nothing yet")]
#[allow(deprecated)]
impl on_order {
    /// Handles one event: the handler `lambda_runtime` wants.
    pub(crate) async fn batch<'a, 'b: 'a>(
        event: ::stream_handler::LambdaEvent<
            ::stream_handler::Batch<DynamoDbRecord<Order>>,
        >,
        db: &'a Db<'b>,
        log: View<'_>,
    ) -> ::core::result::Result<
        ::stream_handler::BatchResponse,
        ::stream_handler::BatchError,
    > {
        let (batch, context) = event.into_parts();
        let record = ::stream_handler::__private::record::<DynamoDbRecord<Order>, _>();
        let handler = ::stream_handler::__private::handler::<
            Result<(), &'a str>,
            _,
            _,
            _,
            _,
        >(
            record,
            |record| on_order(
                record,
                ::stream_handler::__private::shared::<&'a Db<'b>>(&db),
                ::stream_handler::__private::shared::<View<'_>>(&log),
            ),
        );
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
