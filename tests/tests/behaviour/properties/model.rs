//! What must hold of a run, read from the functions' own account, and what a batch would become if
//! it were handled one record after another.

use std::{collections::HashSet, time::Duration};

use super::{
    functions::{Run, What, Who},
    plan::{Act, End, Options, Plan, Planned, Shape, TIMEOUT, UNIT},
};

impl Plan {
    /// Whether two records must not overtake each other, whatever the concurrency. A record whose
    /// lane can't be read may be of any.
    pub(crate) fn same_lane(&self, one: usize, other: usize) -> bool {
        let lane = |record: &Planned| match record.shape {
            Shape::NoObject => None,
            Shape::Good | Shape::Undecodable => record.lane,
        };
        // A batch in which nothing can be read doesn't tell that there are lanes.
        let any = self
            .records
            .iter()
            .any(|record| record.shape != Shape::NoObject);
        match (lane(&self.records[one]), lane(&self.records[other])) {
            (Some(one), Some(other)) => self.kind.is_ordered() && one == other,
            _ => self.kind.is_ordered() && any,
        }
    }

    fn has_letters(&self) -> bool {
        self.options != Options::Plain
    }

    /// What a function with one record at a time would make of the batch: for each record, whether
    /// it is done. The plan's deadline applies.
    pub(crate) fn one_by_one(&self) -> Vec<bool> {
        let mut done = vec![false; self.records.len()];
        let mut time = Duration::ZERO;
        for record in 0..self.records.len() {
            let blocked = (0..record).any(|other| {
                !done[other] && (self.kind.is_stream() || self.same_lane(other, record))
            });
            if blocked {
                continue;
            }
            let (succeeds, takes) = self.outcome(record);
            time += takes;
            if self.left.is_some_and(|left| time > left) {
                break;
            }
            done[record] = succeeds;
        }
        done
    }

    /// Whether a record that is handled is done, and how long that takes.
    fn outcome(&self, record: usize) -> (bool, Duration) {
        let record = &self.records[record];
        let (mut end, mut takes) = match (record.shape, self.options) {
            (Shape::Good, _) => self.call(record.handler),
            (_, Options::Letters) => (End::Permanent, Duration::ZERO),
            (_, Options::Plain | Options::Strict) => (End::Error, Duration::ZERO),
        };
        if end == End::Permanent && self.has_letters() {
            let (sent, after) = self.call(record.letter);
            end = sent;
            takes += after;
        }
        (end == End::Success, takes)
    }

    fn call(&self, act: Act) -> (End, Duration) {
        let takes = UNIT * act.takes;
        if self.options == Options::Letters && takes > TIMEOUT {
            return (End::Error, TIMEOUT);
        }
        (act.end, takes)
    }

    /// The one right response, when these records are done: the identifiers; `None` if the
    /// invocation must fail.
    pub(crate) fn response(&self, done: &[bool]) -> Option<Vec<String>> {
        if self.options == Options::Strict && !done.is_empty() && !done.contains(&true) {
            return None;
        }
        let unprocessed = (0..done.len()).filter(|&record| !done[record]);
        let limit = if self.kind.is_stream() { 1 } else { usize::MAX };
        self.response_for(unprocessed.take(limit))
    }

    /// The identifiers of these records, each once; `None` if any has none.
    pub(crate) fn response_for(
        &self,
        reported: impl IntoIterator<Item = usize>,
    ) -> Option<Vec<String>> {
        let mut identifiers = Vec::new();
        for record in reported {
            let identifier = self.records[record].identifier(record)?;
            if !identifiers.contains(&identifier) {
                identifiers.push(identifier);
            }
        }
        Some(identifiers)
    }
}

impl Run {
    /// The identifiers of the response, from its JSON; `None` if the invocation failed.
    pub(crate) fn reported(&self) -> Option<Vec<String>> {
        let response = self.response.as_ref().ok()?;
        let json = serde_json::to_value(response).expect("JSON");
        let items = json["batchItemFailures"].as_array().expect("an array");
        let identifier =
            |item: &serde_json::Value| item["itemIdentifier"].as_str().map(str::to_owned);
        Some(
            items
                .iter()
                .map(|item| identifier(item).expect("a string"))
                .collect(),
        )
    }

    /// For each record, whether the handler or the dead-letter function succeeded.
    pub(crate) fn done(&self, plan: &Plan) -> Vec<bool> {
        let mut done = vec![false; plan.records.len()];
        for line in &self.account.lines {
            done[line.record] |= line.what == What::Success;
        }
        done
    }

    /// Where in the account a record's first and last line are.
    fn ends(&self, record: usize) -> Option<(usize, usize)> {
        let lines = &self.account.lines;
        let first = lines.iter().position(|line| line.record == record)?;
        let last = lines.iter().rposition(|line| line.record == record)?;
        Some((first, last))
    }

    /// (a) An unprocessed record is delivered again: it is reported, or after the checkpoint, or the invocation
    /// failed.
    pub(crate) fn loses_nothing(&self, plan: &Plan) {
        let Some(reported) = self.reported() else {
            return;
        };
        let identifier = |record: usize| plan.records[record].identifier(record);
        // Lambda goes on from the first record that has the checkpoint's identifier.
        let checkpoint = (0..plan.records.len())
            .find(|&record| identifier(record).is_some_and(|id| reported.contains(&id)));
        for (record, done) in self.done(plan).into_iter().enumerate() {
            let comes_back = if plan.kind.is_stream() {
                checkpoint.is_some_and(|checkpoint| checkpoint <= record)
            } else {
                identifier(record).is_some_and(|id| reported.contains(&id))
            };
            assert!(done || comes_back, "record {record} is lost");
        }
    }

    /// (b) Identifiers are those of records, none is empty, and none comes twice.
    pub(crate) fn identifies_records(&self, plan: &Plan) {
        let records = plan.records.iter().enumerate();
        let known: HashSet<_> = records
            .filter_map(|(position, record)| record.identifier(position))
            .collect();
        let mut seen = HashSet::new();
        for identifier in self.reported().unwrap_or_default() {
            assert!(!identifier.is_empty());
            assert!(known.contains(&identifier), "{identifier} is invented");
            assert!(seen.insert(identifier), "an identifier comes twice");
        }
    }

    /// (c) A record starts once all earlier ones of its lane are done, and not without.
    pub(crate) fn keeps_order(&self, plan: &Plan) {
        let done = self.done(plan);
        for record in 0..plan.records.len() {
            let Some((start, _)) = self.ends(record) else {
                continue;
            };
            for earlier in (0..record).filter(|&earlier| plan.same_lane(earlier, record)) {
                assert!(
                    done[earlier],
                    "{record} ran though {earlier} of its lane is unprocessed"
                );
                let (_, end) = self.ends(earlier).expect("a call");
                assert!(end < start, "{record} overtook {earlier}");
            }
        }
    }

    /// (d) Once a record of a stream has failed, no later one starts.
    pub(crate) fn stops_streams(&self, plan: &Plan) {
        if !plan.kind.is_stream() {
            return;
        }
        let done = self.done(plan);
        for record in 0..plan.records.len() {
            let Some((start, _)) = self.ends(record) else {
                continue;
            };
            for earlier in (0..record).filter(|&earlier| !done[earlier]) {
                match self.ends(earlier) {
                    Some((_, end)) => {
                        assert!(start < end, "{record} started after {earlier} failed");
                    }
                    // It was not decoded, or not looked at. Only what its lane waited for can be
                    // the reason that it had not failed when the later one started.
                    None => assert!(
                        (0..earlier).any(|blocker| plan.same_lane(blocker, earlier)
                            && self.ends(blocker).is_none_or(|(_, end)| start < end)),
                        "{record} started after {earlier}, which was not even called"
                    ),
                }
            }
        }
    }

    /// (e) No more run at once than allowed, and none when all is over.
    pub(crate) fn keeps_to_the_concurrency(&self, plan: &Plan) {
        assert!(self.account.most_running <= plan.concurrency);
        assert_eq!(self.account.running, 0, "a call outlived the batch");
    }

    /// Each function is called once with a record at most; the handler first, and the dead-letter
    /// function only after a failure.
    pub(crate) fn calls_once(&self, plan: &Plan) {
        for record in 0..plan.records.len() {
            let lines = self
                .account
                .lines
                .iter()
                .filter(|line| line.record == record);
            let starts: Vec<_> = lines
                .clone()
                .filter(|line| line.what == What::Start)
                .collect();
            let expected: &[Who] = match (plan.records[record].shape, starts.len()) {
                (_, 0) => &[],
                (Shape::Good, 1) => &[Who::Handler],
                (Shape::Good, _) => &[Who::Handler, Who::Letter],
                (Shape::Undecodable | Shape::NoObject, _) => &[Who::Letter],
            };
            let callees: Vec<_> = starts.iter().map(|line| line.who).collect();
            assert_eq!(callees, expected, "the calls for record {record}");
            let ends = lines.filter(|line| line.what != What::Start);
            assert_eq!(ends.count(), starts.len(), "the ends of record {record}");
        }
    }

    /// After the deadline nothing starts, and nothing goes on.
    pub(crate) fn keeps_the_deadline(&self, plan: &Plan) {
        let Some(left) = plan.left else {
            return;
        };
        for line in &self.account.lines {
            let soon = left + UNIT / 10;
            assert!(line.at < soon, "{line:?}, with a deadline after {left:?}");
        }
    }
}
