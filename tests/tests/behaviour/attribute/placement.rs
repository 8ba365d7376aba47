//! Where a handler may stand, and among which attributes.

use serde::Deserialize;
use serde_json::Value;
use stream_handler::{Context, Json, kinesis::KinesisRecord, stream_handler};
use stream_handler_tests::{Calls, Source, invocation, reported};

/// Two records, of which the handlers here fail on the second if they can.
fn event() -> Value {
    Source::Kinesis.event(&["1", "x"])
}

mod places {
    use super::*;

    mod inner {
        use super::*;

        pub(crate) mod deep {
            use super::*;

            #[derive(Debug, Deserialize)]
            #[serde(transparent)]
            pub(crate) struct Number(u8);

            #[stream_handler]
            pub(crate) async fn in_crate(record: KinesisRecord<Json<Number>>, calls: &Calls) {
                calls.add(record.data().0.0.to_string());
            }

            #[stream_handler]
            pub(in crate::attribute::placement::places) fn in_places(
                _: KinesisRecord<String>,
            ) -> Result<(), String> {
                Err("no".into())
            }

            #[stream_handler]
            pub(super) fn in_inner(_: KinesisRecord<String>) {}
        }

        pub(super) async fn call_in_inner() -> Vec<String> {
            reported(deep::in_inner::batch(invocation(&event()))).await
        }
    }

    #[tokio::test]
    async fn in_modules() {
        use inner::deep::in_crate;

        let calls = Calls::default();
        assert_eq!(
            reported(in_crate::batch(invocation(&event()), &calls)).await,
            ["2"]
        );
        assert_eq!(calls.all(), ["1"]);
        let response = reported(inner::deep::in_places::batch(invocation(&event())));
        assert_eq!(response.await, ["1"]);
        assert!(inner::call_in_inner().await.is_empty());
    }

    #[tokio::test]
    async fn in_function_bodies() {
        #[stream_handler]
        async fn local(record: KinesisRecord<String>, calls: &Calls) {
            calls.add(record.into_data());
        }
        let calls = Calls::default();
        {
            #[stream_handler]
            fn local(record: KinesisRecord<String>, calls: &Calls) {
                calls.add(format!("inner {}", record.data()));
            }
            reported(local::batch(invocation(&event()), &calls)).await;
        }
        reported(local::batch(invocation(&event()), &calls)).await;
        assert_eq!(calls.all(), ["inner 1", "inner x", "1", "x"]);
    }

    #[tokio::test]
    async fn under_raw_names() {
        #[stream_handler]
        async fn r#type(r#move: KinesisRecord<String>, r#fn: &Calls) {
            r#fn.add(r#move.data());
        }
        let calls = Calls::default();
        reported(r#type::batch(invocation(&event()), &calls)).await;
        assert_eq!(calls.all(), ["1", "x"]);
    }
}

mod attributes {
    use super::*;

    /// Where the crate is for those who re-export it.
    mod facade {
        pub(crate) mod lambda {
            pub(crate) use stream_handler::*;
        }
    }

    #[stream_handler(crate = stream_handler)]
    fn by_name(_: KinesisRecord<String>) {}

    #[stream_handler(crate = facade::lambda,)]
    async fn by_module(_: KinesisRecord<String>, #[context] _: &Context, _: u8) {}

    #[stream_handler(crate = crate::attribute::placement::attributes::facade::lambda)]
    async fn by_path(_: KinesisRecord<String>) {}

    #[facade::lambda::stream_handler()]
    async fn by_path_of_the_attribute(_: KinesisRecord<String>) {}

    /// Documented.
    #[must_use = "or not"]
    #[stream_handler]
    #[inline]
    #[expect(clippy::unused_async, reason = "there to be kept")]
    async fn among_others(_: KinesisRecord<String>) -> Result<(), String> {
        Err("no".into())
    }

    #[stream_handler]
    #[cfg(not(test))]
    fn conditional(_: NoSuchType) {}

    #[cfg(not(test))]
    #[stream_handler]
    fn conditional(_: NoSuchType) {}

    #[stream_handler]
    #[cfg(test)]
    fn conditional(_: KinesisRecord<String>) -> Result<(), String> {
        Err("no".into())
    }

    #[tokio::test]
    async fn of_all_kinds() {
        assert!(
            reported(by_name::batch(invocation(&event())))
                .await
                .is_empty()
        );
        assert!(
            reported(by_module::batch(invocation(&event()), 0))
                .await
                .is_empty()
        );
        assert!(
            reported(by_path::batch(invocation(&event())))
                .await
                .is_empty()
        );
        let response = reported(by_path_of_the_attribute::batch(invocation(&event())));
        assert!(response.await.is_empty());
        assert_eq!(
            reported(among_others::batch(invocation(&event()))).await,
            ["1"]
        );
        assert_eq!(
            reported(conditional::batch(invocation(&event()))).await,
            ["1"]
        );
    }
}
