//! Which record may start next. Records are numbers here, in the order of the batch.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use crate::source::Lane;

/// The lane of records that may be of any: one that waits for all lanes, and that all wait for.
const ANY: usize = 0;

/// Which records must be handled one after another.
pub(crate) struct Lanes {
    /// The lane of each record.
    of: Vec<usize>,
    /// How many lanes there are.
    count: usize,
}

impl Lanes {
    /// One lane for the whole batch: what is handled one by one needs no other while all is well.
    pub(crate) fn single(records: usize) -> Self {
        Self {
            of: vec![ANY + 1; records],
            count: ANY + 2,
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

/// Hands out records in the order of the batch, each once its lane is free, until a failure stops
/// it, its lane, or everything that comes later.
pub(crate) struct Schedule {
    lanes: Lanes,
    /// Whether a failure stops everything later, and not just its lane.
    failure_stops_all: bool,
    /// The first record that was not looked at yet.
    cursor: usize,
    /// No record from here on is started.
    end: usize,
    state: Vec<LaneState>,
    /// Records that had to wait and need to no longer.
    ready: BinaryHeap<Reverse<usize>>,
    running: usize,
    any_undone: bool,
}

#[derive(Default)]
struct LaneState {
    busy: bool,
    stopped: bool,
    /// Records that were looked at while the lane was busy.
    waiting: VecDeque<usize>,
}

impl Schedule {
    pub(crate) fn new(lanes: Lanes, failure_stops_all: bool) -> Self {
        let mut state = Vec::new();
        state.resize_with(lanes.count, LaneState::default);
        Self {
            failure_stops_all,
            cursor: 0,
            end: lanes.of.len(),
            state,
            ready: BinaryHeap::new(),
            running: 0,
            any_undone: false,
            lanes,
        }
    }

    /// Goes on with other lanes than the one that all records were in until now. Every record
    /// before the one that runs is done.
    pub(crate) fn divide(&mut self, lanes: Lanes) {
        let running = self.cursor - 1;
        let divided = Self::new(lanes, self.failure_stops_all);
        *self = Self {
            cursor: self.cursor,
            running: self.running,
            ..divided
        };
        self.state[self.lanes.of[running]].busy = true;
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.lanes.of.len()
    }

    /// A record to start now. `None` when there is none, or none before another finishes.
    pub(crate) fn start(&mut self) -> Option<usize> {
        if self.state[ANY].busy {
            return None;
        }
        if let Some(Reverse(record)) = self.ready.pop() {
            // Later ones wait in vain, if it does.
            return (record < self.end).then(|| self.started(record));
        }
        while self.cursor < self.end {
            let record = self.cursor;
            let lane = self.lanes.of[record];
            if lane == ANY {
                if self.running > 0 {
                    return None;
                }
                if self.any_undone {
                    self.end = record;
                    return None;
                }
            }
            self.cursor += 1;
            let state = &mut self.state[lane];
            if state.stopped {
                continue;
            }
            if state.busy {
                state.waiting.push_back(record);
                continue;
            }
            return Some(self.started(record));
        }
        None
    }

    fn started(&mut self, record: usize) -> usize {
        self.state[self.lanes.of[record]].busy = true;
        self.running += 1;
        record
    }

    /// A record that was started has finished.
    pub(crate) fn finish(&mut self, record: usize, done: bool) {
        self.running -= 1;
        let lane = self.lanes.of[record];
        let state = &mut self.state[lane];
        state.busy = false;
        if done {
            self.ready.extend(state.waiting.pop_front().map(Reverse));
            return;
        }
        self.any_undone = true;
        state.stopped = true;
        state.waiting.clear();
        if lane == ANY || self.failure_stops_all {
            self.end = self.end.min(record + 1);
        }
    }
}
