//! Assertions about a report, which explain a failure.

use crate::testing::report::{Fate, Loss, RecordReport, Report};

/// How many records a message names.
const SHOWN: usize = 5;

impl Report {
    /// Asserts that no record is lost: each was done, or is in an on-failure document or a
    /// dead-letter queue, or is still in the stream, queue or topic.
    ///
    /// Without a [`Ledger`](crate::testing::Ledger) a record counts as done unless a response says
    /// otherwise.
    ///
    /// # Panics
    ///
    /// Records are lost. The message says which, and how.
    #[track_caller]
    pub fn assert_nothing_lost(&self) {
        let explain = |record: &RecordReport| match record.fate {
            Fate::Lost { invocation, loss } => Some(explain(loss, invocation)),
            _ => None,
        };
        self.assert_none("lost", explain);
    }

    /// Asserts that no record is still in the stream, queue or topic.
    ///
    /// # Panics
    ///
    /// Some are: the simulation ended at its
    /// [`invocation_limit`](crate::testing::EventSourceMapping::invocation_limit). The message says which.
    #[track_caller]
    pub fn assert_nothing_blocked(&self) {
        let explain = |record: &RecordReport| {
            let times = record.deliveries;
            let still = matches!(record.fate, Fate::Blocked);
            still.then(|| format!("delivered {times} times, and still not done"))
        };
        self.assert_none("still there", explain);
    }

    /// Asserts that every record was done: none is lost, discarded, dead-lettered or still there.
    /// What a filter kept from the function needn't be.
    ///
    /// # Panics
    ///
    /// Some are not. The message says which, and what became of them.
    #[track_caller]
    pub fn assert_all_done(&self) {
        let place = self.kind.place();
        let explain = |record: &RecordReport| match record.fate {
            Fate::Done | Fate::Filtered => None,
            Fate::Lost { invocation, loss } => Some(explain(loss, invocation)),
            Fate::Discarded { .. } => Some("discarded, to the on-failure destination".to_owned()),
            Fate::DeadLettered { receives } => Some(format!(
                "dead-lettered after it was received {receives} times"
            )),
            Fate::Blocked => Some(format!("still in the {place}")),
        };
        self.assert_none("not done", explain);
    }

    /// Asserts that records of the same key were done in order.
    ///
    /// # Panics
    ///
    /// Some were not: see [`order_violations`](Self::order_violations). The message says which.
    #[track_caller]
    pub fn assert_in_order(&self) {
        let number = |identifier: &str| {
            let found = self
                .records
                .iter()
                .position(|record| record.identifier == identifier);
            found.map_or(0, |position| position + 1)
        };
        let explained: Vec<String> = self
            .order_violations
            .iter()
            .take(SHOWN)
            .map(|violation| {
                format!(
                    "  record {} was done before record {}, which comes first in {:?}",
                    number(&violation.later),
                    number(&violation.earlier),
                    violation.key
                )
            })
            .collect();
        let count = self.order_violations.len();
        assert!(
            count == 0,
            "{count} records were done out of order:\n{}{}\n\n{self}",
            explained.join("\n"),
            and_more(count)
        );
    }

    #[track_caller]
    fn assert_none(&self, what: &str, explain: impl Fn(&RecordReport) -> Option<String>) {
        let mut explained = Vec::new();
        let mut count = 0;
        for (index, record) in self.records.iter().enumerate() {
            let Some(text) = explain(record) else {
                continue;
            };
            count += 1;
            if count <= SHOWN {
                let (number, identifier) = (index + 1, &record.identifier);
                explained.push(format!("  record {number} ({identifier}): {text}"));
            }
        }
        let note = match self.unknown_in_ledger.first() {
            Some(unknown) => {
                format!("\n  note: the ledger has {unknown:?}, which is no record's identifier")
            }
            None => String::new(),
        };
        assert!(
            count == 0,
            "{count} of {} records are {what}:\n{}{}{note}\n\n{self}",
            self.records.len(),
            explained.join("\n"),
            and_more(count)
        );
    }
}

fn and_more(count: usize) -> String {
    match count.saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    }
}

fn explain(loss: Loss, invocation: usize) -> String {
    match loss {
        Loss::Unread(because) => format!(
            "invocation {invocation} reported it, or one before it, as failed, and Lambda didn't \
             read that: {because}"
        ),
        Loss::NeverFinished => format!(
            "invocation {invocation} was a success, and the function never finished this record"
        ),
        Loss::DiscardedWithoutDestination => format!(
            "the mapping gave up on it after invocation {invocation}, and has no on-failure \
             destination"
        ),
        Loss::Expired => "it was there for longer than records are kept".to_owned(),
        Loss::BeforeStartingPosition => {
            "it was put before the starting position of the mapping".to_owned()
        }
    }
}
