//! Settings that AWS refuses, with AWS's messages.

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
fn a_batch_size_over_ten_needs_a_batching_window_for_a_queue() {
    let message = "Maximum batch window in seconds must be greater than 0 if maximum batch size is \
                 greater than 10";
    let sqs = EventSourceMapping::sqs;
    assert_refused!(sqs().batch_size(11), message);
    assert!(sqs().batch_size(10).validate().is_ok());
    let window = sqs().maximum_batching_window(SECOND);
    assert!(window.clone().batch_size(10_000).validate().is_ok());
    let message = out_of_range(10_001, "batchSize", "less than or equal to 10000");
    assert_refused!(window.batch_size(10_001), message);
    // Streams have a batch size of 100 and no window by default.
    assert!(EventSourceMapping::kinesis().validate().is_ok());
}

#[test]
fn a_fifo_queue_has_batches_of_up_to_ten_and_no_batching_window() {
    let fifo = EventSourceMapping::fifo;
    let message = out_of_range(11, "batchSize", "less than or equal to 10");
    assert_refused!(fifo().batch_size(11), message);
    let message = "Batching window is not supported for FIFO queues";
    assert_refused!(fifo().maximum_batching_window(SECOND), message);
}

#[test]
fn the_visibility_timeout_must_not_be_less_than_the_functions_timeout() {
    let message = "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds";
    let mapping = EventSourceMapping::sqs().function_timeout(60 * SECOND);
    assert_refused!(mapping.clone(), message);
    assert!(mapping.visibility_timeout(60 * SECOND).validate().is_ok());
}

#[test]
fn the_batching_window_is_at_most_300_seconds() {
    let member = "maximumBatchingWindowInSeconds";
    let message = out_of_range(301, member, "less than or equal to 300");
    assert_refused!(kinesis().maximum_batching_window(301 * SECOND), message);
    let mapping = kinesis().maximum_batching_window(SECOND / 2);
    assert_refused!(
        mapping,
        "'maximumBatchingWindowInSeconds' is 500ms, but must be whole seconds"
    );
}

#[test]
fn stream_settings_must_be_in_the_ranges_that_aws_documents() {
    let message = out_of_range(
        59,
        "maximumRecordAgeInSeconds",
        "greater than or equal to 60",
    );
    assert_refused!(kinesis().maximum_record_age(59 * SECOND), message);
    assert!(
        kinesis()
            .maximum_record_age(604_800 * SECOND)
            .validate()
            .is_ok()
    );
    let message = out_of_range(
        604_801,
        "maximumRecordAgeInSeconds",
        "less than or equal to 604800",
    );
    assert_refused!(kinesis().maximum_record_age(604_801 * SECOND), message);
    let message = out_of_range(11, "parallelizationFactor", "less than or equal to 10");
    assert_refused!(kinesis().parallelization_factor(11), message);
    let message = out_of_range(901, "tumblingWindowInSeconds", "less than or equal to 900");
    assert_refused!(kinesis().tumbling_window(901 * SECOND), message);
    let mapping = EventSourceMapping::dynamodb();
    let at_timestamp = StartingPosition::AtTimestamp(SECOND);
    assert!(mapping.starting_position(at_timestamp).validate().is_err());
    assert!(kinesis().starting_position(at_timestamp).validate().is_ok());
}

#[test]
fn for_kafka_report_batch_item_failures_needs_provisioned_mode() {
    let mapping = EventSourceMapping::kafka().report_batch_item_failures(true);
    assert!(mapping.validate().is_err());
    assert!(mapping.provisioned_mode(true).validate().is_ok());
}

#[test]
fn a_probability_must_be_from_0_to_1() {
    let message = "the probability of a fault is 1.5, but must be from 0 to 1";
    assert_refused!(kinesis().faults(Faults::seeded(1).crashes(1.5)), message);
}

#[tokio::test]
#[should_panic = "InvalidParameterValueException: 1 validation error detected: Value '0'"]
async fn a_mapping_with_settings_that_aws_refuses_does_not_run() {
    let mapping = kinesis().batch_size(0);
    mapping
        .run(numbered(1), |_: super::Event| async { Ok::<_, String>(()) })
        .await;
}
