//! Every form that a handler may have.

#![allow(
    clippy::too_many_arguments,
    clippy::unnecessary_wraps,
    clippy::unused_unit,
    reason = "these are the forms to test"
)]

use std::{num::ParseIntError, sync::Arc};

use serde_json::Value;
use stream_handler::{
    BoxError, Context, Failure, LambdaEvent, kinesis::KinesisRecord, stream_handler,
};
use stream_handler_tests::{Calls, Source, invocation, reported};

/// Two records, of which the handlers here fail on the second if they can.
fn event() -> Value {
    Source::Kinesis.event(&["1", "x"])
}

mod parameters {
    use super::*;

    #[derive(Clone)]
    struct Prefix(&'static str);

    trait Store {
        fn put(&self, text: &str);
    }

    impl Store for Calls {
        fn put(&self, text: &str) {
            self.add(text);
        }
    }

    #[stream_handler]
    fn none(record: KinesisRecord<String>) -> Result<(), ParseIntError> {
        record.data().parse::<u8>().map(drop)
    }

    #[stream_handler]
    async fn several(
        record: KinesisRecord<String>,
        calls: &Calls,
        arc: Arc<str>,
        prefix: Prefix,
        number: u8,
        text: &'static str,
        tuple: (u8, &[u8]),
        function: fn(u8) -> u8,
    ) {
        tokio::task::yield_now().await;
        let (first, rest) = tuple;
        let (data, number) = (record.data(), function(number));
        calls.add(format!(
            "{data} {arc} {} {number} {text} {first} {rest:?}",
            prefix.0
        ));
    }

    #[stream_handler]
    async fn objects(
        record: KinesisRecord<String>,
        store: &dyn Store,
        shared: Arc<dyn Store + Send + Sync>,
        both: &(dyn Store + Send + Sync),
    ) {
        store.put(record.data());
        shared.put(record.data());
        both.put(record.data());
    }

    #[stream_handler]
    async fn patterns(
        mut record: KinesisRecord<String>,
        (calls, _): (&Calls, u8),
        _: u8,
        Prefix(prefix): Prefix,
        mut number: u8,
    ) {
        number += 1;
        record = record.clone();
        calls.add(format!("{prefix}{}{number}", record.data()));
    }

    /// Names that the generated code uses too.
    #[stream_handler]
    async fn names(
        record: KinesisRecord<String>,
        event: &Calls,
        batch: u8,
        context: u8,
        process: u8,
        shared: u8,
        shared_1: u8,
        #[context] handler: &Context,
        names_: u8,
    ) {
        let sum = batch + context + process + shared + shared_1 + names_;
        event.add(format!("{} {sum} {}", record.data(), handler.request_id));
    }

    #[stream_handler]
    async fn lifetimes<'a, 'b: 'a>(
        record: KinesisRecord<String>,
        first: &'a Calls,
        second: &'b Calls,
        text: &'static str,
    ) {
        first.add(record.data());
        let longer: &'a Calls = second;
        longer.add(text);
    }

    #[tokio::test]
    async fn any_shared_values() {
        assert_eq!(reported(none::batch(invocation(&event()))).await, ["2"]);

        let calls = Calls::default();
        let (arc, prefix, tuple) = (Arc::from("arc"), Prefix("prefix"), (9, &[8][..]));
        let batch = several::batch(
            invocation(&event()),
            &calls,
            arc,
            prefix,
            6,
            "text",
            tuple,
            |number| number + 1,
        );
        assert!(reported(batch).await.is_empty());
        assert_eq!(
            calls.all(),
            ["1 arc prefix 7 text 9 [8]", "x arc prefix 7 text 9 [8]"]
        );
    }

    #[tokio::test]
    async fn trait_objects() {
        let (calls, shared) = (Calls::default(), Arc::new(Calls::default()));
        let batch = objects::batch(invocation(&event()), &calls, shared.clone(), &calls);
        assert!(reported(batch).await.is_empty());
        assert_eq!(calls.all(), ["1", "1", "x", "x"]);
        assert_eq!(shared.all(), ["1", "x"]);
    }

    #[tokio::test]
    async fn any_pattern() {
        let calls = Calls::default();
        let batch = patterns::batch(invocation(&event()), (&calls, 0), 0, Prefix("#"), 6);
        assert!(reported(batch).await.is_empty());
        assert_eq!(calls.all(), ["#17", "#x7"]);
    }

    #[tokio::test]
    async fn any_name() {
        let calls = Calls::default();
        let batch = names::batch(invocation(&event()), &calls, 1, 2, 3, 4, 5, 6);
        assert!(reported(batch).await.is_empty());
        assert_eq!(calls.all(), ["1 21 ", "x 21 "]);
    }

    #[tokio::test]
    async fn explicit_lifetimes() {
        let second = Calls::default();
        let first = Calls::default();
        let batch = lifetimes::batch(invocation(&event()), &first, &second, "static");
        assert!(reported(batch).await.is_empty());
        assert_eq!(first.all(), ["1", "x"]);
        assert_eq!(second.all(), ["static", "static"]);
    }
}

mod context {
    use super::*;

    #[stream_handler]
    async fn by_reference(_: KinesisRecord<String>, #[context] context: &Context, calls: &Calls) {
        tokio::task::yield_now().await;
        calls.add(&context.request_id);
    }

    #[stream_handler]
    fn by_value(
        _: KinesisRecord<String>,
        calls: &Calls,
        #[context] context: stream_handler::lambda_runtime::Context,
    ) {
        calls.add(context.request_id);
    }

    #[stream_handler]
    async fn between(
        _: KinesisRecord<String>,
        calls: &Calls,
        #[context] Context { request_id, .. }: &Context,
        suffix: &str,
    ) {
        calls.add(format!("{request_id}{suffix}"));
    }

    #[stream_handler]
    fn alone(_: KinesisRecord<String>, #[context] context: Context) -> Result<(), String> {
        Err(context.request_id)
    }

    fn of<T>(event: LambdaEvent<T>) -> LambdaEvent<T> {
        let (payload, mut context) = event.into_parts();
        "id".clone_into(&mut context.request_id);
        LambdaEvent::new(payload, context)
    }

    #[tokio::test]
    async fn at_any_place() {
        let (calls, event) = (Calls::default(), event());
        reported(by_reference::batch(of(invocation(&event)), &calls)).await;
        reported(by_value::batch(of(invocation(&event)), &calls)).await;
        reported(between::batch(of(invocation(&event)), &calls, "!")).await;
        assert_eq!(calls.all(), ["id", "id", "id", "id", "id!", "id!"]);
        assert_eq!(reported(alone::batch(of(invocation(&event)))).await, ["1"]);
    }
}

mod outputs {
    use super::*;

    type Line = KinesisRecord<String>;
    type Done<E = BoxError> = Result<(), E>;

    #[stream_handler]
    async fn nothing(_: Line) {}

    #[stream_handler]
    fn unit(_: Line) -> () {}

    #[stream_handler]
    async fn standard(line: Line) -> Result<(), ParseIntError> {
        line.data().parse::<u8>()?;
        Ok(())
    }

    #[stream_handler]
    fn boxed(line: Line) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        line.data().parse::<u8>()?;
        Ok(())
    }

    #[stream_handler]
    async fn string(line: Line) -> Result<(), String> {
        line.data()
            .parse::<u8>()
            .map_err(|error| error.to_string())?;
        Ok(())
    }

    #[stream_handler]
    async fn text(line: Line) -> Result<(), &'static str> {
        line.data().parse::<u8>().map_err(|_| "not a number")?;
        Ok(())
    }

    #[stream_handler]
    async fn failure(line: Line) -> Result<(), Failure> {
        let number: u8 = line.data().parse()?;
        if number > 9 {
            return Err(Failure::permanent("too large"));
        }
        Ok(())
    }

    #[stream_handler]
    async fn alias(line: Line) -> Done {
        line.data().parse::<u8>()?;
        Ok(())
    }

    #[stream_handler]
    fn alias_of_more(line: Line) -> Done<ParseIntError> {
        line.data().parse::<u8>().map(drop)
    }

    #[stream_handler]
    fn infallible(_: Line) -> Result<(), std::convert::Infallible> {
        Ok(())
    }

    macro_rules! assert_reported {
        ($($handler:ident => $expected:expr;)*) => {
            $(
                let response = reported($handler::batch(invocation(&event()))).await;
                assert_eq!(response, $expected, stringify!($handler));
            )*
        };
    }

    #[tokio::test]
    async fn of_any_type() {
        const NONE: [&str; 0] = [];
        assert_reported! {
            nothing => NONE;
            unit => NONE;
            infallible => NONE;
            standard => ["2"];
            boxed => ["2"];
            string => ["2"];
            text => ["2"];
            failure => ["2"];
            alias => ["2"];
            alias_of_more => ["2"];
        }
    }

    #[tokio::test]
    async fn the_function_is_still_a_function() {
        #[stream_handler]
        fn keep(line: Line, kept: &std::sync::Mutex<Vec<Line>>) {
            kept.lock().unwrap().push(line);
        }
        let kept = std::sync::Mutex::default();
        reported(keep::batch(invocation(&event()), &kept)).await;
        let mut lines = kept.into_inner().unwrap();
        let (bad, good) = (lines.pop().unwrap(), lines.pop().unwrap());
        assert!(standard(good.clone()).await.is_ok());
        assert!(standard(bad.clone()).await.is_err());
        assert!(boxed(good.clone()).is_ok());
        assert!(
            failure(bad)
                .await
                .unwrap_err()
                .error()
                .is::<ParseIntError>()
        );
        let function: fn(Line) -> Done<ParseIntError> = alias_of_more;
        assert!(function(good).is_ok());
    }
}
