//! Functions that the tests of all stages share.

use crate::errors::Errors;

/// Asserts the errors in order: the underlined text of each, and a part of its message.
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

/// Tokens as text without white space, since the white space depends on how the tokens were made.
pub(crate) fn squeeze(tokens: &impl ToString) -> String {
    tokens.to_string().split_whitespace().collect()
}
