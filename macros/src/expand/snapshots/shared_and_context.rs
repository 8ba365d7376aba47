// What you write:

#[stream_handler]
fn on_order(
    order: SqsMessage<Json<Order>>,
    db: &Db,
    #[context] context: &Context,
    mut cache: Arc<Cache>,
    Point { x, .. }: Point,
) {
    db.insert(order, cache, x, &context.request_id);
}

// What is generated:

fn on_order(
    order: SqsMessage<Json<Order>>,
    db: &Db,
    context: &Context,
    mut cache: Arc<Cache>,
    Point { x, .. }: Point,
) {
    db.insert(order, cache, x, &context.request_id);
}
/// The batch handler of the function [`on_order`](fn@on_order).
#[non_exhaustive]
struct on_order {}
impl on_order {
    /// Handles one event: the handler `lambda_runtime` wants.
    async fn batch(
        event: ::stream_handler::LambdaEvent<
            ::stream_handler::Batch<SqsMessage<Json<Order>>>,
        >,
        db: &Db,
        cache: Arc<Cache>,
        shared_4: Point,
    ) -> ::core::result::Result<
        ::stream_handler::BatchResponse,
        ::stream_handler::BatchError,
    > {
        let (batch, context) = event.into_parts();
        let record = ::stream_handler::__private::record::<SqsMessage<Json<Order>>, _>();
        let handler = ::stream_handler::__private::handler::<
            (),
            _,
            _,
            _,
            _,
        >(
            record,
            |record| ::core::future::ready(
                on_order(
                    record,
                    ::stream_handler::__private::shared::<&Db>(&db),
                    ::stream_handler::__private::context::<&Context>(&context),
                    ::stream_handler::__private::shared::<Arc<Cache>>(&cache),
                    ::stream_handler::__private::shared::<Point>(&shared_4),
                ),
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
