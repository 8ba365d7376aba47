//! The response to an event.

use std::collections::HashSet;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{super::source::Source, Course, Expected, Fields, Identifier};

/// Checks a response, `None` being that the invocation failed.
pub(in super::super) fn check(
    source: Source,
    event: &str,
    records: &[Expected<'_>],
    course: &Course,
    response: Option<&str>,
) -> Result<(), String> {
    match source {
        Source::Firehose | Source::S3Batch => {
            check_answers(source, event, records, course, response)
        }
        _ => check_failures(source, records, course, response),
    }
}

fn check_failures(
    source: Source,
    records: &[Expected<'_>],
    course: &Course,
    response: Option<&str>,
) -> Result<(), String> {
    let is_stream = matches!(source, Source::Kinesis | Source::DynamoDb);
    let all = records.iter().zip(&course.processed);
    let unprocessed = all.filter(|(_, processed)| !**processed);
    let most = if is_stream { 1 } else { records.len() };
    let identifiers = unprocessed
        .map(|(record, _)| record.identifier.as_ref())
        .take(most);
    let Some(identifiers) = identifiers.collect::<Option<Vec<_>>>() else {
        return match response {
            None => Ok(()),
            Some(response) => Err(format!(
                "a record without an identifier is unprocessed, and the response is {response}"
            )),
        };
    };
    let expected = failures(&identifiers);
    if response == Some(&*expected) {
        return Ok(());
    }
    Err(format!(
        "the response should be {expected}, and is {response:?}"
    ))
}

/// The one spelling of batch item failures.
fn failures(identifiers: &[&Identifier<'_>]) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut response = String::from(r#"{"batchItemFailures":["#);
    let mut seen = HashSet::new();
    for identifier in identifiers {
        if !seen.insert(identifier) {
            continue;
        }
        if seen.len() > 1 {
            response.push(',');
        }
        let identifier = match identifier {
            Identifier::Text(text) => quoted(text),
            Identifier::Offset(partition, offset) => {
                let partition = quoted(partition);
                format!(r#"{{"partition":{partition},"offset":{offset}}}"#)
            }
        };
        response.push_str(&format!(r#"{{"itemIdentifier":{identifier}}}"#));
    }
    response.push_str("]}");
    response
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transformed {
    records: Vec<TransformedRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct TransformedRecord {
    record_id: String,
    result: String,
    data: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Results<'a> {
    #[serde(borrow)]
    invocation_schema_version: &'a RawValue,
    #[serde(borrow)]
    invocation_id: &'a RawValue,
    treat_missing_keys_as: String,
    #[serde(rename = "results")]
    tasks: Vec<TaskResult>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct TaskResult {
    task_id: String,
    result_code: String,
    #[allow(dead_code, reason = "must be there, with any text")]
    result_string: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    #[serde(borrow)]
    invocation_schema_version: &'a RawValue,
    #[serde(borrow)]
    invocation_id: &'a RawValue,
}

fn check_answers(
    source: Source,
    event: &str,
    records: &[Expected<'_>],
    course: &Course,
    response: Option<&str>,
) -> Result<(), String> {
    let identified = records.iter().all(|record| record.identifier.is_some());
    let invocation =
        (source == Source::S3Batch).then(|| serde_json::from_str::<Invocation<'_>>(event));
    let is_answerable = identified && !matches!(invocation, Some(Err(_)));
    let Some(response) = response else {
        return if is_answerable {
            Err("the invocation fails, and should not".to_owned())
        } else {
            Ok(())
        };
    };
    if !is_answerable {
        return Err(format!(
            "the invocation should fail, and returns {response}"
        ));
    }
    let unlike = |index: usize| format!("record {index} has another answer in {response}");
    let id =
        |record: &Expected<'_>, id: &str| record.identifier == Some(Identifier::Text(id.into()));
    let read = |error: serde_json::Error| format!("{error} in {response}");
    if let Some(Ok(invocation)) = invocation {
        let answer: Results<'_> = serde_json::from_str(response).map_err(read)?;
        let is_right = answer.tasks.len() == records.len()
            && answer.treat_missing_keys_as == "TemporaryFailure"
            && answer.invocation_id.get() == invocation.invocation_id.get()
            && answer.invocation_schema_version.get() == invocation.invocation_schema_version.get();
        if !is_right {
            return Err(format!("another response: {response}"));
        }
        for (index, (record, result)) in records.iter().zip(answer.tasks).enumerate() {
            let code = match (course.processed[index], &record.fields) {
                (true, _) => "Succeeded",
                (false, Some(_)) => "TemporaryFailure",
                // By the handler's option, what can't be decoded can't be mended.
                (false, None) => "PermanentFailure",
            };
            if !id(record, &result.task_id) || result.result_code != code {
                return Err(unlike(index));
            }
        }
        return Ok(());
    }
    let answer: Transformed = serde_json::from_str(response).map_err(read)?;
    if answer.records.len() != records.len() {
        return Err(format!("another number of records in {response}"));
    }
    for (index, (record, answer)) in records.iter().zip(answer.records).enumerate() {
        let (result, data) = match (&record.fields, course.processed[index]) {
            (_, false) => ("ProcessingFailed", None),
            (Some(Fields::Firehose(record)), true) => ("Ok", Some(&record.data)),
            (_, true) => ("Dropped", None),
        };
        let data = data.map(|data| BASE64_STANDARD.encode(data));
        if !id(record, &answer.record_id) || answer.result != result || answer.data != data {
            return Err(unlike(index));
        }
    }
    Ok(())
}
