//! Runs the records of a batch in order. Knows nothing of Lambda: records are numbers here.

use std::collections::HashMap;

use crate::{Outcome, source::Lane};

/// The lane of records that may be of any.
const ANY: usize = 0;

/// Which records must be handled one after another. A failed record stops its lane, and no other;
/// one that may be of any lane stops all of them, and is stopped by each.
pub(crate) struct Lanes {
    /// The lane of each record.
    of: Vec<usize>,
    /// How many lanes there are.
    count: usize,
}

impl Lanes {
    /// One lane for the whole batch.
    pub(crate) fn single(records: usize) -> Self {
        Self {
            of: vec![ANY; records],
            count: 1,
        }
    }

    /// A lane for each key, and one for each record that needs no order.
    pub(crate) fn new<'a>(records: impl Iterator<Item = Lane<'a>>) -> Self {
        let mut keys = HashMap::new();
        let mut count = ANY + 1;
        let mut new_lane = || {
            count += 1;
            count - 1
        };
        let of = records
            .map(|lane| match lane {
                Lane::Free => new_lane(),
                Lane::Key(key) => *keys.entry(key).or_insert_with(&mut new_lane),
                Lane::Unknown => ANY,
            })
            .collect();
        Self { of, count }
    }
}

/// Runs each record, in the order of the batch, until its lane is stopped.
///
/// `run` is an `Fn` that returns a future, not an `AsyncFn`: the compiler can't see yet that the
/// future of one that borrows is `Send`, and `batch` must be, for `run_concurrent`.
pub(crate) async fn drive<T, Fut>(lanes: &Lanes, run: impl Fn(usize) -> Fut) -> Vec<Outcome<T>>
where
    Fut: Future<Output = Outcome<T>>,
{
    let mut stopped = vec![false; lanes.count];
    let mut outcomes = Vec::with_capacity(lanes.of.len());
    for (record, &lane) in lanes.of.iter().enumerate() {
        let behind = if lane == ANY {
            stopped.contains(&true)
        } else {
            stopped[lane]
        };
        let outcome = if behind {
            Outcome::NotStarted
        } else {
            run(record).await
        };
        if !outcome.is_done() {
            match lane {
                ANY => stopped.fill(true),
                lane => stopped[lane] = true,
            }
        }
        outcomes.push(outcome);
    }
    outcomes
}
