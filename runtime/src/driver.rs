//! Runs the records of a batch in order. Knows nothing of Lambda: records are numbers here.

use std::{collections::HashMap, hash::Hash};

use crate::Outcome;

/// Which records must be handled one after another. A failed record stops its lane, and no other.
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
            of: vec![0; records],
            count: 1,
        }
    }

    /// A lane for each key; a record without one has a lane to itself.
    pub(crate) fn by_key<K: Hash + Eq>(records: usize, key: impl Fn(usize) -> Option<K>) -> Self {
        let mut lanes = HashMap::new();
        let mut count = 0;
        let mut new_lane = || {
            count += 1;
            count - 1
        };
        let of = (0..records)
            .map(|record| match key(record) {
                Some(key) => *lanes.entry(key).or_insert_with(&mut new_lane),
                None => new_lane(),
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
        let outcome = if stopped[lane] {
            Outcome::NotStarted
        } else {
            run(record).await
        };
        stopped[lane] |= !outcome.is_done();
        outcomes.push(outcome);
    }
    outcomes
}
