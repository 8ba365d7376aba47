//! FIFO queues: message groups and their order.

use std::cell::RefCell;

use stream_handler::{
    lambda_runtime::Diagnostic,
    testing::{EventSourceMapping, Fate, FifoMessage, Ledger},
};

use super::{
    Event, deliveries, failures, fates, numbered,
    sqs::{bodies, named, on_message},
};

fn fifo() -> EventSourceMapping<FifoMessage> {
    EventSourceMapping::fifo().report_batch_item_failures(true)
}

#[tokio::test]
async fn fifo_events_have_their_group_and_sequence_number() {
    let seen = RefCell::new(Vec::new());
    fifo()
        .run(
            [("customer-1", "a"), ("customer-1", "b")],
            |event: Event| {
                seen.borrow_mut().push(event.payload);
                async { Ok::<_, Diagnostic>(()) }
            },
        )
        .await;
    let [first, second] = [0, 1].map(|i| seen.borrow()[0]["Records"][i]["attributes"].clone());
    assert_eq!(first["MessageGroupId"], "customer-1");
    assert_eq!(first["SequenceNumber"], "18849496460467696128");
    assert_eq!(second["SequenceNumber"], "18849496460467696384");
    assert_ne!(
        first["MessageDeduplicationId"],
        second["MessageDeduplicationId"]
    );
    let arn = &seen.borrow()[0]["Records"][0]["eventSourceARN"];
    assert_eq!(arn, "arn:aws:sqs:us-east-1:123456789012:orders.fifo");
}

/// Recorded on AWS: the batch 1, 2, 3, 4 reports 2, 3, 4. The batch 2, 3, 4 reports 4. Then 4 is in
/// the dead-letter queue.
#[tokio::test]
async fn a_message_is_dead_lettered_without_another_invocation() {
    let seen = RefCell::new(Vec::new());
    let first = std::cell::Cell::new(true);
    let report = fifo()
        .max_receive_count(2)
        .run(numbered(4).map(|body| ("group", body)), |event: Event| {
            seen.borrow_mut().push(bodies(&event));
            let failed: &[&str] = if first.replace(false) {
                &["2", "3", "4"]
            } else {
                &["4"]
            };
            let failed = named(&event, failed);
            async move { Ok::<_, Diagnostic>(failures(&failed)) }
        })
        .await;
    assert_eq!(seen.into_inner(), ["1 2 3 4", "2 3 4"]);
    let [processed, dead] = [Fate::Processed, Fate::DeadLettered { receives: 2 }];
    assert_eq!(fates(&report), [processed, processed, processed, dead]);
    report.assert_nothing_lost();
}

#[tokio::test]
async fn fifo_batches_mix_groups_in_order() {
    let seen = RefCell::new(Vec::new());
    fifo()
        .batch_size(4)
        .run(
            [
                ("a", "a1"),
                ("b", "b1"),
                ("a", "a2"),
                ("b", "b2"),
                ("a", "a3"),
            ],
            |event: Event| {
                seen.borrow_mut().push(bodies(&event));
                async { Ok::<_, Diagnostic>(()) }
            },
        )
        .await;
    assert_eq!(seen.into_inner(), ["a1 b1 a2 b2", "a3"]);
}

#[tokio::test]
async fn a_failed_fifo_message_is_retried_before_later_messages_of_its_group() {
    let ledger = Ledger::new();
    let first = std::cell::Cell::new(true);
    let report = fifo()
        .batch_size(2)
        .ledger(&ledger)
        .run(
            [
                ("a", "a1"),
                ("a", "a2"),
                ("a", "a3"),
                ("b", "b1"),
                ("b", "b2"),
                ("a", "a4"),
            ],
            |batch| on_message::batch(batch, if first.replace(false) { "a1" } else { "" }, &ledger),
        )
        .await;
    // b1 and b2 are delivered at once, a3 and a4 only after a1 and a2 were delivered again.
    assert_eq!(report.batch_sizes(), [2, 2, 2, 2]);
    assert_eq!(deliveries(&report), [2, 2, 1, 1, 1, 1]);
    let starts: Vec<_> = report
        .invocations()
        .iter()
        .map(|i| i.started_at.as_secs())
        .collect();
    assert_eq!(starts, [0, 0, 30, 30]);
    report.assert_in_order();
    report.assert_all_processed();
}

/// "Handling errors for an SQS event source": if a failed message is reported alone, later messages of
/// its group overtake it.
#[tokio::test]
async fn fifo_order_is_broken_when_only_the_failed_message_is_reported() {
    let first = std::cell::Cell::new(true);
    let report = fifo()
        .run(numbered(3).map(|body| ("group", body)), |event: Event| {
            let failed: &[&str] = if first.replace(false) { &["1"] } else { &[] };
            let failed = named(&event, failed);
            async move { Ok::<_, Diagnostic>(failures(&failed)) }
        })
        .await;
    assert_eq!(report.order_violations().len(), 1);
    assert_eq!(report.order_violations()[0].key, "group");
    let panic = std::panic::catch_unwind(|| report.assert_in_order()).unwrap_err();
    let message = panic.downcast::<String>().unwrap();
    assert!(
        message.contains("record 3 was processed before record 1, which comes first in \"group\""),
        "{message}"
    );
    assert!(report.to_string().contains("OUT OF ORDER"));
}

/// A batch handler also reports the later messages of the group.
#[tokio::test]
async fn fifo_order_is_kept_by_a_batch_handler() {
    let ledger = Ledger::new();
    let report = fifo()
        .max_receive_count(3)
        .ledger(&ledger)
        .run(
            numbered(6).map(|body| (if *body < *"4" { "a" } else { "b" }, body)),
            |batch| on_message::batch(batch, "2 5", &ledger),
        )
        .await;
    report.assert_nothing_lost();
    report.assert_in_order();
    let dead = Fate::DeadLettered { receives: 3 };
    assert_eq!(fates(&report)[0], Fate::Processed);
    assert_eq!(fates(&report)[1], dead);
    assert_eq!(fates(&report)[4], dead);
}
