//! Assertions that explain their failure.

use super::{Fate, Loss, RecordReport, Report};

/// Maximum number of records that a message names.
const NAMED: usize = 5;

impl Report {
    /// Asserts that no record is lost. Each was processed, is in an on-failure document or a
    /// dead-letter queue, or is still in the stream, queue or topic.
    ///
    /// Without a [`Ledger`](crate::testing::Ledger), a record counts as processed unless a response
    /// reports it as failed.
    ///
    /// # Panics
    ///
    /// A record is lost. The message says which, and how.
    #[track_caller]
    pub fn assert_nothing_lost(&self) {
        self.assert_none("lost", |record| match record.fate {
            Fate::Lost { invocation, loss } => Some(self.explain(loss, invocation)),
            _ => None,
        });
    }

    /// Asserts that no record is still in the stream, queue or topic.
    ///
    /// # Panics
    ///
    /// A record is: the simulation ended at its
    /// [`invocation_limit`](crate::testing::EventSourceMapping::invocation_limit). The message says
    /// which.
    #[track_caller]
    pub fn assert_nothing_blocked(&self) {
        let noun = self.kind.noun();
        self.assert_none(&format!("still in the {noun}"), |record| {
            let deliveries = times(record.deliveries);
            let blocked = matches!(record.fate, Fate::Blocked);
            blocked.then(|| format!("delivered {deliveries}, but unprocessed"))
        });
    }

    /// Asserts that every record was processed: none is lost, discarded, dead-lettered or still in
    /// the stream, queue or topic. Records that the filter rejected don't count.
    ///
    /// # Panics
    ///
    /// A record is unprocessed. The message says which, and what happened to it.
    #[track_caller]
    pub fn assert_all_processed(&self) {
        let noun = self.kind.noun();
        self.assert_none("unprocessed", |record| match record.fate {
            Fate::Processed | Fate::Filtered => None,
            Fate::Lost { invocation, loss } => {
                Some(format!("lost: {}", self.explain(loss, invocation)))
            }
            Fate::Discarded { .. } => Some("discarded to the on-failure destination".to_owned()),
            Fate::DeadLettered { receives } => {
                let receives = times(receives as usize);
                Some(format!("dead-lettered after it was received {receives}"))
            }
            Fate::Blocked => Some(format!("still in the {noun}")),
        });
    }

    /// Asserts that records with the same key were processed in order.
    ///
    /// # Panics
    ///
    /// A record was processed out of order: see [`order_violations`](Self::order_violations). The
    /// message says which.
    #[track_caller]
    pub fn assert_in_order(&self) {
        let number = |identifier: &str| {
            let mut records = self.records.iter();
            let position = records.position(|record| record.identifier == identifier);
            position.map_or(0, |position| position + 1)
        };
        let violations = self.order_violations.iter().take(NAMED);
        let explained = violations.map(|violation| {
            let (later, earlier) = (number(&violation.later), number(&violation.earlier));
            let key = &violation.key;
            format!(
                "  record {later} was processed before record {earlier}, which comes first in \
                 {key:?}"
            )
        });
        let explained: Vec<String> = explained.collect();
        let count = self.order_violations.len();
        assert!(
            count == 0,
            "{count} {} out of order:\n{}{}\n\n{self}",
            if count == 1 {
                "record was processed"
            } else {
                "records were processed"
            },
            explained.join("\n"),
            and_more(count)
        );
    }

    #[track_caller]
    fn assert_none(&self, what: &str, explain: impl Fn(&RecordReport) -> Option<String>) {
        let mut explained = Vec::new();
        let mut count = 0;
        for (number, record) in (1..).zip(&self.records) {
            let Some(text) = explain(record) else {
                continue;
            };
            count += 1;
            if count <= NAMED {
                explained.push(format!("  record {number} ({}): {text}", record.identifier));
            }
        }
        let note = match self.unknown_in_ledger.first() {
            Some(unknown) => {
                format!("\n  note: the ledger has {unknown:?}, which no record has as identifier")
            }
            None => String::new(),
        };
        assert!(
            count == 0,
            "{count} of {} records {} {what}:\n{}{}{note}\n\n{self}",
            self.records.len(),
            if count == 1 { "is" } else { "are" },
            explained.join("\n"),
            and_more(count)
        );
    }

    fn explain(&self, loss: Loss, invocation: usize) -> String {
        let noun = self.kind.noun();
        match loss {
            Loss::ResponseIgnored(because) => format!(
                "invocation {invocation} reported it, or an earlier record, as failed, but Lambda \
                 ignored that: {because}"
            ),
            Loss::NeverFinished => format!(
                "invocation {invocation} succeeded, but the ledger does not have this record as \
                 finished"
            ),
            Loss::DiscardedWithoutDestination => {
                let when = match invocation {
                    0 => "before the first invocation".to_owned(),
                    number => format!("after invocation {number}"),
                };
                format!("the mapping discarded it {when}, and has no on-failure destination")
            }
            Loss::Expired => format!("it was in the {noun} longer than the retention period"),
            Loss::BeforeStartingPosition => {
                "it was put before the mapping's starting position".to_owned()
            }
        }
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    }
}

fn and_more(count: usize) -> String {
    match count.saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    }
}
