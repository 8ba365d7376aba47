//! Settings that the service refuses, in its words.

use std::time::Duration;

use stream_handler::testing::{EventSourceMapping, Faults, StartingPosition};

use super::{kinesis, numbered};

macro_rules! assert_refused {
    ($mapping:expr, $message:expr) => {
        assert_eq!($mapping.validate().unwrap_err().to_string(), $message)
    };
}

fn out_of_range(value: u64, member: &str, bound: &str) -> String {
    format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: \
         Member must have value {bound}"
    )
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_batch_size_over_ten_needs_a_window_for_a_queue() {
    let words = "Maximum batch window in seconds must be greater than 0 if maximum batch size is \
                 greater than 10";
    let sqs = EventSourceMapping::sqs;
    assert_refused!(sqs().batch_size(11), words);
    assert!(sqs().batch_size(10).validate().is_ok());
    let window = sqs().maximum_batching_window(SECOND);
    assert!(window.clone().batch_size(10_000).validate().is_ok());
    let words = out_of_range(10_001, "batchSize", "less than or equal to 10000");
    assert_refused!(window.batch_size(10_001), words);
    // Streams have 100 by default, and no window.
    assert!(EventSourceMapping::kinesis().validate().is_ok());
}

#[test]
fn a_fifo_queue_has_batches_of_ten_and_no_window() {
    let fifo = EventSourceMapping::fifo;
    let words = out_of_range(11, "batchSize", "less than or equal to 10");
    assert_refused!(fifo().batch_size(11), words);
    let words = "Batching window is not supported for FIFO queues";
    assert_refused!(fifo().maximum_batching_window(SECOND), words);
}

#[test]
fn the_visibility_timeout_is_not_less_than_the_functions() {
    let words = "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds";
    let mapping = EventSourceMapping::sqs().function_timeout(60 * SECOND);
    assert_refused!(mapping.clone(), words);
    assert!(mapping.visibility_timeout(60 * SECOND).validate().is_ok());
}

#[test]
fn the_batching_window_is_at_most_300_seconds() {
    let member = "maximumBatchingWindowInSeconds";
    let words = out_of_range(301, member, "less than or equal to 300");
    assert_refused!(kinesis().maximum_batching_window(301 * SECOND), words);
    let mapping = kinesis().maximum_batching_window(SECOND / 2);
    assert_refused!(
        mapping,
        "'maximumBatchingWindowInSeconds' is 500ms, and takes whole seconds"
    );
}

#[test]
fn the_ranges_of_a_stream_are_those_of_the_api() {
    let words = out_of_range(
        59,
        "maximumRecordAgeInSeconds",
        "greater than or equal to 60",
    );
    assert_refused!(kinesis().maximum_record_age(59 * SECOND), words);
    assert!(
        kinesis()
            .maximum_record_age(604_800 * SECOND)
            .validate()
            .is_ok()
    );
    let words = out_of_range(
        604_801,
        "maximumRecordAgeInSeconds",
        "less than or equal to 604800",
    );
    assert_refused!(kinesis().maximum_record_age(604_801 * SECOND), words);
    let words = out_of_range(11, "parallelizationFactor", "less than or equal to 10");
    assert_refused!(kinesis().parallelization_factor(11), words);
    let words = out_of_range(901, "tumblingWindowInSeconds", "less than or equal to 900");
    assert_refused!(kinesis().tumbling_window(901 * SECOND), words);
    let mapping = EventSourceMapping::dynamodb();
    let at_timestamp = StartingPosition::AtTimestamp(SECOND);
    assert!(mapping.starting_position(at_timestamp).validate().is_err());
    assert!(kinesis().starting_position(at_timestamp).validate().is_ok());
}

#[test]
fn kafka_reports_item_failures_in_provisioned_mode_only() {
    let mapping = EventSourceMapping::kafka().report_batch_item_failures(true);
    assert!(mapping.validate().is_err());
    assert!(mapping.provisioned_mode(true).validate().is_ok());
}

#[test]
fn a_probability_is_between_0_and_1() {
    let words = "the probability of a fault is 1.5, and must be from 0 to 1";
    assert_refused!(kinesis().faults(Faults::seeded(1).crashes(1.5)), words);
}

#[tokio::test]
#[should_panic = "InvalidParameterValueException: 1 validation error detected: Value '0'"]
async fn a_mapping_that_the_service_refuses_does_not_run() {
    let mapping = kinesis().batch_size(0);
    mapping
        .run(numbered(1), |_: super::Event| async { Ok::<_, String>(()) })
        .await;
}
