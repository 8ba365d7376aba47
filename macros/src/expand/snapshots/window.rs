// What you write:

#[stream_handler(window = close, dead_letter = to_queue)]
async fn on_sale(
    sale: KinesisRecord<Json<Sale>>,
    db: &Db,
    #[state] totals: &mut Totals,
    #[context] context: &Context,
) -> Result<(), Error> {
    totals.add(sale, db, context).await
}

#[stream_handler(window = reports::close)]
fn on_change(change: DynamoDbRecord<Item>, #[state] changes: &mut Changes) {
    changes.count += 1;
}

// What is generated:

async fn on_sale(
    sale: KinesisRecord<Json<Sale>>,
    db: &Db,
    totals: &mut Totals,
    context: &Context,
) -> Result<(), Error> {
    totals.add(sale, db, context).await
}
/// The batch handler of the function [`on_sale`](fn@on_sale).
#[non_exhaustive]
struct on_sale {}
impl on_sale {
    /// Handles one event: the handler `lambda_runtime` wants.
    async fn batch(
        event: ::stream_handler::LambdaEvent<
            ::stream_handler::Batch<KinesisRecord<Json<Sale>>>,
        >,
        db: &Db,
    ) -> ::core::result::Result<
        ::stream_handler::BatchResponse,
        ::stream_handler::BatchError,
    > {
        let (batch, context) = event.into_parts();
        let record = ::stream_handler::__private::record::<
            KinesisRecord<Json<Sale>>,
            _,
        >();
        let state = ::stream_handler::__private::state::<Totals>();
        let close = ::stream_handler::__private::close(
            &record,
            &state,
            |window| {
                let closing = close(
                    window,
                    ::stream_handler::__private::shared::<&Db>(&db),
                );
                async move { ::stream_handler::__private::closed(closing.await) }
            },
        );
        let handler = ::stream_handler::__private::fold::<
            Result<(), Error>,
            _,
            _,
            _,
            _,
            _,
        >(
            record,
            &state,
            |record, mut state| {
                let others = (
                    ::stream_handler::__private::shared::<&Db>(&db),
                    ::stream_handler::__private::context::<&Context>(&context),
                );
                async move {
                    let output = on_sale(record, others.0, &mut state, others.1).await;
                    (output, state)
                }
            },
        );
        let settings = ::stream_handler::__private::Settings::new();
        let dead_letter = ::stream_handler::__private::dead_letter(|letter| {
            let sending = to_queue(
                letter,
                ::stream_handler::__private::shared::<&Db>(&db),
            );
            async move { ::stream_handler::__private::sent(sending.await) }
        });
        ::stream_handler::__private::process_window(
                batch,
                &context,
                handler,
                state,
                close,
                settings,
                dead_letter,
            )
            .await
    }
}
fn on_change(change: DynamoDbRecord<Item>, changes: &mut Changes) {
    changes.count += 1;
}
/// The batch handler of the function [`on_change`](fn@on_change).
#[non_exhaustive]
struct on_change {}
impl on_change {
    /// Handles one event: the handler `lambda_runtime` wants.
    async fn batch(
        event: ::stream_handler::LambdaEvent<
            ::stream_handler::Batch<DynamoDbRecord<Item>>,
        >,
    ) -> ::core::result::Result<
        ::stream_handler::BatchResponse,
        ::stream_handler::BatchError,
    > {
        let (batch, context) = event.into_parts();
        let record = ::stream_handler::__private::record::<DynamoDbRecord<Item>, _>();
        let state = ::stream_handler::__private::state::<Changes>();
        let close = ::stream_handler::__private::close(
            &record,
            &state,
            |window| {
                let closing = reports::close(window);
                async move { ::stream_handler::__private::closed(closing.await) }
            },
        );
        let handler = ::stream_handler::__private::fold::<
            (),
            _,
            _,
            _,
            _,
            _,
        >(
            record,
            &state,
            |record, mut state| {
                async move {
                    let output = on_change(record, &mut state);
                    (output, state)
                }
            },
        );
        let settings = ::stream_handler::__private::Settings::new();
        let dead_letter = ::stream_handler::__private::no_dead_letter();
        ::stream_handler::__private::process_window(
                batch,
                &context,
                handler,
                state,
                close,
                settings,
                dead_letter,
            )
            .await
    }
}
