//! Hands an event to a record handler in every way, and compares the results with the judge's.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::IgnoredAny;
use stream_handler::Event;
use tokio::runtime::{Builder, Runtime};

use super::{
    case::{Case, Failures},
    handlers::{self, Probe},
    judge::{self, DynamoDb, Expected, Fields, Verdict},
    source::Source,
};
use crate::panics;

/// A way in which the text of an event becomes one.
type Way = (&'static str, serde_json::Result<Event>);

/// Whether the way of Lambda's runtime sees what follows an event. `lambda_runtime` reads one value
/// from the body and looks no further, so that a payload type alone never learns of it.
const RUNTIME_SEES_THE_END: bool = false;

/// The one place where a text becomes an event: each text is read in all of these ways, and must
/// come to the same in each.
fn events_both_ways(body: &[u8]) -> impl Iterator<Item = Way> {
    let whole = || serde_json::from_slice::<Event>(body);
    let without_layouts = whole().map(stream_handler::__private::without_layouts);
    let text = std::str::from_utf8(body).ok();
    let from_text = text.map(|text| ("from a string", Ok(Event::from(text.to_owned()))));
    let is_seen = RUNTIME_SEES_THE_END || serde_json::from_slice::<IgnoredAny>(body).is_ok();
    let by_runtime = is_seen.then(|| ("as the runtime does", as_the_runtime_does(body)));
    [
        ("deserialised", whole()),
        ("without layouts", without_layouts),
    ]
    .into_iter()
    .chain(by_runtime)
    .chain(from_text)
}

/// Reads an event as `lambda_runtime` reads a payload (`deserializer.rs`).
fn as_the_runtime_does(body: &[u8]) -> serde_json::Result<Event> {
    let json = &mut serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(json).map_err(serde_path_to_error::Error::into_inner)
}

/// What was examined.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Examined {
    pub(super) records: usize,
    /// How many of them can be decoded.
    pub(super) decoded: usize,
    /// Whether the text is JSON, and whether it has records of the source.
    pub(super) is_json: bool,
    pub(super) is_event: bool,
}

/// Examines cases, on one thread.
#[derive(Debug)]
pub(super) struct Examiner {
    runtime: Runtime,
    body: Vec<u8>,
}

impl Examiner {
    pub(super) fn new() -> Self {
        let runtime = Builder::new_current_thread().build();
        Self {
            runtime: runtime.expect("a runtime"),
            body: Vec::new(),
        }
    }

    /// Examines a case: its event, and some of its records alone.
    pub(super) fn case(&mut self, case: &Case) -> Result<Examined, String> {
        let mut body = std::mem::take(&mut self.body);
        case.body(&mut body);
        let panics_before = panics::count();
        let examined = catch_unwind(AssertUnwindSafe(|| {
            self.event(case.source, &body, case.failures)
        }));
        let examined = examined.unwrap_or_else(|_| Err("a panic escaped".to_owned()));
        self.body = body;
        if panics::count() > panics_before {
            return Err("a panic".to_owned());
        }
        examined
    }

    fn event(
        &self,
        source: Source,
        body: &[u8],
        mut failures: Failures,
    ) -> Result<Examined, String> {
        let text = std::str::from_utf8(body).ok();
        let is_json = |text: &&str| serde_json::from_str::<IgnoredAny>(text).is_ok();
        let Some(text) = text.filter(is_json) else {
            self.refused(source, body, "not JSON")?;
            return Ok(Examined::default());
        };
        let (mut records, may_be_refused) = match judge::judge(source, text) {
            Verdict::Refused(why) => {
                self.refused(source, body, why)?;
                return Ok(Examined {
                    is_json: true,
                    ..Examined::default()
                });
            }
            Verdict::Records {
                records,
                may_be_refused,
            } => (records, may_be_refused),
        };
        if source == Source::DynamoDb {
            for record in &mut records {
                self.images(record)?;
            }
        }
        if judge::order_is_open(source, &records) {
            failures = Failures::NONE;
        }
        let course = judge::play(source, &records, failures);
        for (way, event) in events_both_ways(body) {
            let event = event.map_err(|error| format!("{way}: JSON is refused: {error}"))?;
            let probe = Probe::new(&records, &course.calls, failures);
            let response = self
                .runtime
                .block_on(handlers::invoke(source, event, &probe));
            if may_be_refused && response.is_err() && probe.called() == 0 {
                continue;
            }
            if let Some(difference) = probe.difference() {
                return Err(format!("{way}: {difference}"));
            }
            if probe.called() < course.calls.len() {
                let (called, of) = (probe.called(), course.calls.len());
                return Err(format!("{way}: {called} calls of {of}; {response:?}"));
            }
            let response = response.map(|response| serde_json::to_string(&response));
            let response = match &response {
                Ok(Ok(response)) => Some(&**response),
                Ok(Err(error)) => return Err(format!("{way}: a response that is none: {error}")),
                Err(_) => None,
            };
            judge::check_response(source, text, &records, &course, response)
                .map_err(|problem| format!("{way}: {problem}"))?;
        }
        Ok(Examined {
            records: records.len(),
            decoded: records
                .iter()
                .filter(|record| record.fields.is_some())
                .count(),
            is_json: true,
            is_event: true,
        })
    }

    /// A text that no response may be returned for, and no handler called.
    fn refused(&self, source: Source, body: &[u8], why: &str) -> Result<(), String> {
        for (way, event) in events_both_ways(body) {
            let Ok(event) = event else {
                continue;
            };
            let probe = Probe::new(&[], &[], Failures::NONE);
            let response = self
                .runtime
                .block_on(handlers::invoke(source, event, &probe));
            if probe.called() > 0 || response.is_ok() {
                let called = probe.called();
                return Err(format!(
                    "{way}: {why}, and not refused: {called} calls, {response:?}"
                ));
            }
        }
        Ok(())
    }

    /// Reads a DynamoDB record alone in an event, so that the judge knows its images.
    fn images(&self, record: &mut Expected<'_>) -> Result<(), String> {
        let Some(Fields::DynamoDb(fields)) = &mut record.fields else {
            return Ok(());
        };
        let event = format!("{{\"Records\":[{}]}}", record.json);
        let seen = self
            .runtime
            .block_on(handlers::see_alone(Event::from(event)));
        check_images(fields, seen.as_ref())
            .map_err(|problem| format!("a record alone: {problem}, of {}", record.json))?;
        match seen {
            Some(seen) => fields.seen = Some(seen),
            None => record.fields = None,
        }
        Ok(())
    }
}

/// Compares the images of a record with the model of the plainest.
fn check_images(fields: &DynamoDb<'_>, seen: Option<&judge::Seen>) -> Result<(), String> {
    use stream_handler::dynamodb::Change;

    let (new, old) = match seen.map(|seen| &seen.change) {
        None => (None, None),
        Some(Change::Insert { new }) => (Some(new), None),
        Some(Change::Modify { old, new }) => (Some(new), Some(old)),
        Some(Change::Remove { old }) => (None, Some(old)),
    };
    let mut all_known = true;
    for (name, json, seen_image) in [
        ("the new image", &fields.new_image, new),
        ("the old image", &fields.old_image, old),
    ] {
        // `None` for an image that the change does not have.
        let Some(json) = json else {
            if seen_image.is_some() {
                return Err(format!(
                    "{name} is {seen_image:?}, and there should be none"
                ));
            }
            continue;
        };
        let expected = match json {
            None => Some(None),
            Some(json) => judge::model(json).map(Some),
        };
        if let (Some(json), Some(Some(item))) = (json, &expected)
            && judge::by_serde_dynamo(json).as_ref() != Some(item)
        {
            return Err(format!("{name} is not {item:?} by serde_dynamo"));
        }
        all_known &= expected.is_some();
        if let (Some(expected), Some(found)) = (&expected, seen_image)
            && expected != found
        {
            return Err(format!("{name} is {found:?}, and should be {expected:?}"));
        }
    }
    let Some(seen) = seen else {
        return if all_known {
            Err("it can't be decoded, and should be".to_owned())
        } else {
            Ok(())
        };
    };
    match fields.keys.map(judge::model) {
        None if seen.keys.is_some() => Err(format!("keys without any: {:?}", seen.keys)),
        Some(Some(keys)) if seen.keys.as_ref() != Some(&keys) => Err(format!(
            "the keys are {:?}, and should be {keys:?}",
            seen.keys
        )),
        _ => Ok(()),
    }
}
