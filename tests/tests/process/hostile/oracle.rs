//! What must hold of every answer, whatever the event: no record is lost, and Lambda understands
//! what it is told. Read from the event anew, with nothing of the runtime's.

use std::collections::{HashMap, HashSet};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stream_handler::{BatchError, BatchResponse, lambda_runtime::Diagnostic};

use super::{handlers::Call, scan::Tree, seeds::Source};

/// An element of an event's arrays of records.
struct Element<'t> {
    json: &'t [u8],
    /// What may stand for it in a response.
    identifier: Option<Value>,
    /// Records of the same lane must stay in order.
    lane: Option<String>,
    payload: Option<Vec<u8>>,
    is_foreign: bool,
}

/// Checks the response to an event; `None` if it was refused because it is not JSON.
pub(crate) fn check(
    source: Source,
    body: &[u8],
    answer: Option<Result<BatchResponse, BatchError>>,
    calls: &[Call],
) -> Result<(), String> {
    let Some(answer) = answer else {
        return none_or("no call without an event", calls.first());
    };
    let tree = Tree::scan(body).ok_or("what is accepted can be read")?;
    let elements = elements(source, &tree);
    let done = check_calls(elements.as_deref().unwrap_or_default(), calls)?;
    match answer {
        Err(error) => check_error(body, error),
        Ok(response) => {
            let elements = elements.ok_or("success without an array of records")?;
            let text = serde_json::to_string(&response).map_err(|error| error.to_string())?;
            check_response(source, &elements, &done, &text)
                .map_err(|problem| format!("{problem}; the response: {text}"))
        }
    }
}

fn none_or<T: std::fmt::Debug>(rule: &str, violation: Option<T>) -> Result<(), String> {
    match violation {
        None => Ok(()),
        Some(violation) => Err(format!("{rule}: {violation:?}")),
    }
}

/// Every call is for an element, with what is in it, and just one. Returns which are done.
fn check_calls(elements: &[Element<'_>], calls: &[Call]) -> Result<Vec<bool>, String> {
    let mut by_json: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (index, element) in elements.iter().enumerate().rev() {
        by_json.entry(element.json).or_default().push(index);
    }
    let mut done = vec![false; elements.len()];
    for call in calls {
        let index = by_json.get_mut(call.json.as_bytes()).and_then(Vec::pop);
        let index = index.ok_or_else(|| format!("no such record, or twice: {call:?}"))?;
        let expected = elements[index].payload.as_ref();
        if expected.is_none()
            || call
                .payload
                .as_ref()
                .is_some_and(|found| Some(found) != expected)
        {
            return Err(format!("the payload is {expected:?}, not that of {call:?}"));
        }
        if elements[index].is_foreign {
            return Err(format!("a record of another source: {call:?}"));
        }
        done[index] = call.done;
    }
    Ok(done)
}

/// Lambda takes errors of some size, and ours are no larger than what they quote of the event.
fn check_error(body: &[u8], error: BatchError) -> Result<(), String> {
    let diagnostic = Diagnostic::from(error);
    if diagnostic.error_message.len() > 2 * body.len() + 1000 {
        return Err(format!(
            "an error of {} bytes",
            diagnostic.error_message.len()
        ));
    }
    Ok(())
}

fn check_response(
    source: Source,
    elements: &[Element<'_>],
    done: &[bool],
    text: &str,
) -> Result<(), String> {
    let response: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let items = response["batchItemFailures"].as_array();
    let mut reported = Vec::new();
    let mut texts = HashSet::new();
    for item in items.ok_or("no array")? {
        let identifier = item["itemIdentifier"].clone();
        if !texts.insert(identifier.to_string()) {
            return Err(format!("{identifier} is doubled"));
        }
        reported.push(identifier);
    }
    let written: Vec<_> = reported
        .iter()
        .map(|identifier| json!({ "itemIdentifier": identifier }))
        .collect();
    if response != json!({ "batchItemFailures": written }) {
        return Err("more in it than there should be".into());
    }
    let text_of = |element: &Element<'_>| Some(element.identifier.as_ref()?.to_string());
    let unprocessed = elements.iter().zip(done).filter(|(_, done)| !**done);
    let unprocessed: HashSet<_> = unprocessed
        .filter_map(|(element, _)| text_of(element))
        .collect();
    if let Some(text) = texts
        .iter()
        .find(|text| *text == "\"\"" || !unprocessed.contains(*text))
    {
        return Err(format!("{text} does not belong to an unprocessed record"));
    }
    let is_stream = matches!(source, Source::Kinesis | Source::DynamoDb);
    if is_stream && reported.len() > 1 {
        return Err("more than one checkpoint".into());
    }
    let mut checkpoint_passed = false;
    let mut stopped = HashSet::new();
    for (index, element) in elements.iter().enumerate() {
        let named = text_of(element).is_some_and(|text| texts.contains(&text));
        checkpoint_passed |= is_stream && named;
        if !named && !checkpoint_passed && !done[index] {
            return Err(format!("record {index} is lost"));
        }
        let lane = element.lane.as_deref();
        if !named && lane.is_some_and(|lane| stopped.contains(lane)) {
            return Err(format!("record {index} is out of order"));
        }
        if !done[index] {
            stopped.extend(lane);
        }
    }
    Ok(())
}

/// The records of an event; `None` if it can be none of the source's.
fn elements<'t>(source: Source, tree: &Tree<'t>) -> Option<Vec<Element<'t>>> {
    if source == Source::Kafka {
        return partitions(tree);
    }
    let mut arrays = tree.at(0, "Records").peekable();
    arrays.peek()?;
    let mut elements = Vec::new();
    for array in arrays {
        if !tree.is_object(0) || !tree.is_array(array) {
            return None;
        }
        let records = tree.children(array).iter();
        elements.extend(records.map(|child| element(source, tree, child.node)));
    }
    Some(elements)
}

fn element<'t>(source: Source, tree: &Tree<'t>, node: usize) -> Element<'t> {
    let text = |node: usize, key: &str| tree.string(tree.get(node, key)?);
    let inner = |key: &str| tree.get(node, key);
    let (own, identifier, lane, payload) = match source {
        Source::Kinesis => {
            let inner = inner("kinesis");
            let data = inner.and_then(|inner| text(inner, "data"));
            (
                "aws:kinesis",
                inner.and_then(|inner| text(inner, "sequenceNumber")),
                None,
                data.and_then(|data| BASE64_STANDARD.decode(data).ok()),
            )
        }
        Source::DynamoDb => {
            let inner = inner("dynamodb");
            (
                "aws:dynamodb",
                inner.and_then(|inner| text(inner, "SequenceNumber")),
                None,
                inner.and_then(|inner| names(tree, &text(node, "eventName")?, inner)),
            )
        }
        _ => {
            let fifo =
                text(node, "eventSourceARN").is_some_and(|arn| arn.strip_suffix(".fifo").is_some());
            let attributes = inner("attributes").filter(|_| fifo);
            (
                "aws:sqs",
                text(node, "messageId"),
                attributes.and_then(|attributes| text(attributes, "MessageGroupId")),
                text(node, "body").map(String::into_bytes),
            )
        }
    };
    Element {
        json: tree.bytes(node),
        identifier: identifier.map(Value::String),
        lane,
        payload,
        is_foreign: text(node, "eventSource").is_some_and(|source| source != own),
    }
}

/// The names of the attributes in a change's images, as the handlers tell them; those of the keys
/// alone have none, and tell nothing.
fn names(tree: &Tree<'_>, event_name: &str, inner: usize) -> Option<Vec<u8>> {
    let images: &[&str] = match event_name {
        "INSERT" => &["NewImage"],
        "MODIFY" => &["NewImage", "OldImage"],
        "REMOVE" => &["OldImage"],
        _ => return None,
    };
    let mut all = Vec::new();
    for image in images {
        let image = tree.get(inner, image);
        let attributes = image.map(|image| tree.children(image)).unwrap_or_default();
        let names = attributes.iter().filter_map(|child| tree.key(child));
        let mut names: Vec<_> = names.collect();
        names.sort();
        names.dedup();
        all.extend(names);
    }
    Some(all.join("\0").into_bytes())
}

fn partitions<'t>(tree: &Tree<'t>) -> Option<Vec<Element<'t>>> {
    let known = ["aws:kafka", "SelfManagedKafka"];
    for source in tree.at(0, "eventSource") {
        let source = tree.string(source);
        if source.is_some_and(|source| !known.contains(&&*source)) {
            return None;
        }
    }
    let mut maps = tree.at(0, "records").peekable();
    maps.peek()?;
    let mut elements = Vec::new();
    for map in maps {
        if !tree.is_object(map) {
            return None;
        }
        for partition in tree.children(map) {
            if !tree.is_array(partition.node) {
                return None;
            }
            let key = tree.key(partition);
            let records = tree.children(partition.node).iter();
            elements.extend(records.map(|child| kafka_element(tree, key.as_deref(), child.node)));
        }
    }
    Some(elements)
}

fn kafka_element<'t>(tree: &Tree<'t>, partition: Option<&str>, node: usize) -> Element<'t> {
    let offset = tree.get(node, "offset").and_then(|offset| {
        let offset = std::str::from_utf8(tree.bytes(offset)).ok()?;
        offset.parse::<i64>().ok()
    });
    let payload = match tree.get(node, "value") {
        None => Some(Vec::new()),
        Some(value) => tree.string(value).and_then(|value| {
            let value = BASE64_STANDARD.decode(value).ok()?;
            Some([b"=", &*value].concat())
        }),
    };
    Element {
        json: tree.bytes(node),
        identifier: partition
            .zip(offset)
            .map(|(partition, offset)| json!({ "partition": partition, "offset": offset })),
        lane: partition.map(str::to_owned),
        payload,
        is_foreign: false,
    }
}
