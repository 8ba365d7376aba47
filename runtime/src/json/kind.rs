//! Describes JSON in error messages.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Describes a JSON value by its kind. For an object, lists its first keys.
pub(crate) fn shape(json: &str) -> String {
    let fields = match serde_json::from_str::<BTreeMap<String, &RawValue>>(json) {
        Err(_) => return kind(json).to_owned(),
        Ok(fields) if fields.is_empty() => return "an empty object".to_owned(),
        Ok(fields) => fields,
    };
    let names: Vec<_> = fields
        .keys()
        .take(8)
        .map(|name| format!("`{name}`"))
        .collect();
    let rest = if fields.len() > names.len() {
        ", …"
    } else {
        ""
    };
    format!("an object with {}{rest}", names.join(", "))
}

/// The kind of a JSON value, with its article.
pub(crate) fn kind(json: &str) -> &'static str {
    match json.trim_start().bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}
