//! What the tests of the stages share.

use crate::errors::Errors;

/// Asserts what the errors underline, in order, and a part of what each says.
#[track_caller]
pub(crate) fn assert_errors(errors: Errors, expected: &[(&str, &str)]) {
    let found: Vec<_> = errors
        .into_iter()
        .map(|error| {
            let underlined = error.span().source_text().unwrap_or_default();
            (underlined, error.to_string())
        })
        .collect();
    let same = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| found.0 == expected.0 && found.1.contains(expected.1));
    assert!(same, "expected {expected:#?}, found {found:#?}");
}

/// Tokens without the spaces between them, which depend on where they come from.
pub(crate) fn squeeze(tokens: &impl ToString) -> String {
    tokens.to_string().split_whitespace().collect()
}
