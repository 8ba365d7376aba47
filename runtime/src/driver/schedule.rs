//! Decides which record may start next. A record is known only as its position in the batch.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
};

use crate::source::Lane;

/// The lane of records whose lane is unknown. Such a record starts only when nothing runs, and
/// nothing starts while it runs.
const ANY: usize = 0;

/// The lane of each record. Records of one lane are handled in order.
pub(crate) struct Lanes {
    /// The lane of each record.
    of: Vec<usize>,
    /// The number of lanes.
    count: usize,
}

impl Lanes {
    /// One lane for the whole batch. Records that are handled one by one need no other lanes before
    /// the first failure.
    pub(crate) fn single(records: usize) -> Self {
        Self {
            of: vec![ANY + 1; records],
            count: ANY + 2,
        }
    }

    /// A lane for each key, and a lane for each record that needs no order.
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

/// Starts records in the order of the batch, each when its lane is free. A failure stops its lane,
/// or all later records.
pub(crate) struct Schedule {
    lanes: Lanes,
    /// Whether a failure stops all later records, and not just its lane.
    failure_stops_all: bool,
    /// The first record that `start` has not reached yet.
    cursor: usize,
    /// Records from here on are never started.
    end: usize,
    state: Vec<LaneState>,
    /// Records that waited for their lane, which is now free.
    ready: BinaryHeap<Reverse<usize>>,
    running: usize,
    any_unprocessed: bool,
}

#[derive(Default)]
struct LaneState {
    busy: bool,
    stopped: bool,
    /// Records that were reached while the lane was busy.
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
            any_unprocessed: false,
            lanes,
        }
    }

    /// Replaces the single lane of [`Lanes::single`]. All records before the running record must be
    /// processed.
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

    /// The number of records.
    pub(crate) fn len(&self) -> usize {
        self.lanes.of.len()
    }

    /// The next record to start. `None` if all have been started or stopped, or if the rest must
    /// wait for a running record.
    pub(crate) fn start(&mut self) -> Option<usize> {
        if self.state[ANY].busy {
            return None;
        }
        if let Some(Reverse(record)) = self.ready.pop() {
            // `ready` is in ascending order: if this record is stopped, all others in it are too.
            return (record < self.end).then(|| self.started(record));
        }
        while self.cursor < self.end {
            let record = self.cursor;
            let lane = self.lanes.of[record];
            if lane == ANY {
                if self.running > 0 {
                    return None;
                }
                if self.any_unprocessed {
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
    pub(crate) fn finish(&mut self, record: usize, is_processed: bool) {
        self.running -= 1;
        let lane = self.lanes.of[record];
        let state = &mut self.state[lane];
        state.busy = false;
        if is_processed {
            self.ready.extend(state.waiting.pop_front().map(Reverse));
            return;
        }
        self.any_unprocessed = true;
        state.stopped = true;
        state.waiting.clear();
        if lane == ANY || self.failure_stops_all {
            self.end = self.end.min(record + 1);
        }
    }
}
