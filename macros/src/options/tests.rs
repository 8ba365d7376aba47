use quote::ToTokens as _;

use super::{Options, distance, similar};
use crate::{errors::Errors, paths::Runtime, testing::assert_errors};

/// The path of the runtime crate that the options tell, and what is wrong with them.
fn parse(options: &str) -> (Option<String>, Errors) {
    let mut errors = Errors::default();
    let options = Options::parse(options.parse().unwrap(), &mut errors);
    let path = match options.runtime {
        Runtime::Default => None,
        Runtime::Renamed(path) => Some(path.to_token_stream().to_string().replace(' ', "")),
    };
    (path, errors)
}

#[track_caller]
fn accepts(options: &str, path: Option<&str>) {
    let (found, errors) = parse(options);
    assert_errors(errors, &[]);
    assert_eq!(found.as_deref(), path);
}

/// Asserts the errors, and that the option that has one is at its default.
#[track_caller]
fn rejects(options: &str, expected: &[(&str, &str)]) {
    let (found, errors) = parse(options);
    assert_errors(errors, expected);
    assert_eq!(found, None);
}

#[test]
fn no_options() {
    accepts("", None);
}

#[test]
fn the_path_of_the_crate() {
    accepts("crate = ::handlers", Some("::handlers"));
    accepts("crate = handlers", Some("handlers"));
    accepts(
        "crate = crate::vendored::handlers",
        Some("crate::vendored::handlers"),
    );
    accepts("crate = self::handlers", Some("self::handlers"));
    accepts("crate = r#mod", Some("r#mod"));
}

#[test]
fn a_trailing_comma() {
    accepts("crate = ::handlers,", Some("::handlers"));
}

#[test]
fn a_stray_comma() {
    let message = "expected an option before this comma: remove it";
    rejects(",", &[(",", message)]);
    let (path, errors) = parse(", crate = ::handlers,,");
    assert_errors(errors, &[(",", message), (",", message)]);
    assert_eq!(path.as_deref(), Some("::handlers"));
}

#[test]
fn unknown() {
    rejects(
        "retries = 3",
        &[(
            "retries",
            "unknown option `retries`. `#[stream_handler]` accepts `crate = ::stream_handler`.",
        )],
    );
    rejects("retries", &[("retries", "unknown option `retries`.")]);
    rejects("retries(3)", &[("retries", "unknown option `retries`.")]);
    rejects("Crate = ::handlers", &[("Crate", "Did you mean `crate`?")]);
}

#[test]
fn did_you_mean() {
    rejects(
        "crat = ::handlers",
        &[(
            "crat",
            "unknown option `crat`. Did you mean `crate`? `#[stream_handler]` accepts",
        )],
    );
    for key in ["crates", "krate", "crete", "carte"] {
        assert_eq!(similar(key), Some("crate"), "{key}");
    }
    for key in ["retries", "c", "path", ""] {
        assert_eq!(similar(key), None, "{key}");
    }
}

#[test]
fn distances() {
    for (a, b, expected) in [
        ("", "", 0),
        ("", "crate", 5),
        ("crate", "", 5),
        ("crate", "crate", 0),
        ("crat", "crate", 1),
        ("krate", "crate", 1),
        ("carte", "crate", 2),
        ("kitten", "sitting", 3),
    ] {
        assert_eq!(distance(a, b), expected, "{a} {b}");
    }
}

#[test]
fn the_source_is_no_option() {
    let hint = "The event source is told by the type of the first parameter.";
    rejects("kinesis", &[("kinesis", hint)]);
    rejects("source = \"sqs\"", &[("source", hint)]);
    rejects("\"kinesis\"", &[("\"kinesis\"", hint)]);
}

#[test]
fn not_an_option() {
    rejects("= 3", &[("= 3", "expected an option, `key = value`.")]);
    rejects("#[x]", &[("#[x]", "expected an option, `key = value`.")]);
}

#[test]
fn twice() {
    let (path, errors) = parse("crate = ::first, crate = ::second, crate");
    let message = "`crate` is set twice: remove one";
    assert_errors(errors, &[("crate", message), ("crate", message)]);
    assert_eq!(path.as_deref(), Some("::first"));
}

#[test]
fn missing_value() {
    let message = "`crate` needs a value: write `crate = ::stream_handler`";
    rejects("crate", &[("crate", message)]);
    rejects("crate =", &[("crate", message)]);
    rejects("crate = ,", &[("crate", message)]);
}

#[test]
fn malformed() {
    let message = "expected `crate = ::stream_handler`";
    rejects("crate: ::handlers", &[(": ::handlers", message)]);
    rejects("crate(::handlers)", &[("(::handlers)", message)]);
    rejects("crate == ::handlers", &[("== ::handlers", message)]);
    rejects("crate ::handlers", &[("::handlers", message)]);
}

#[test]
fn wrong_value() {
    let message = "expected the path of the stream-handler crate, as in `crate = ::stream_handler`";
    for value in [
        "\"handlers\"",
        "3",
        "::handlers::<u8>",
        "::handlers retries = 3",
        "(handlers)",
        "::",
    ] {
        rejects(&format!("crate = {value}"), &[(value, message)]);
    }
}

#[test]
fn all_are_reported_in_order() {
    rejects(
        "retries = 3, \"kinesis\",, crate = 1, crate = ::handlers, kinesis,",
        &[
            ("retries", "unknown option"),
            ("\"kinesis\"", "expected an option"),
            (",", "expected an option before"),
            ("1", "expected the path"),
            ("crate", "set twice"),
            ("kinesis", "unknown option"),
        ],
    );
}
