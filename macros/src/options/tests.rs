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
            "unknown option `retries`. `#[stream_handler]` accepts `concurrency`, `record_timeout`, \
             `deadline_margin`, `dead_letter`, `undecodable`, `on_full_failure`, `observer`, `window`, \
             `crate`.",
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

/// Every option's value, as it is read.
#[test]
fn values() {
    let mut errors = Errors::default();
    let options = "concurrency = 64, record_timeout = \"2s\", deadline_margin = \"1m\", \
                   dead_letter = a::b, undecodable = \"permanent\", on_full_failure = \"error\", \
                   observer = c::D";
    let options = Options::parse(options.parse().unwrap(), &mut errors);
    assert_errors(errors, &[]);
    assert_eq!(options.concurrency.unwrap().value, 64);
    assert_eq!(options.record_timeout.unwrap().value, 2_000);
    assert!(matches!(
        options.deadline_margin,
        Some(super::Margin::Milliseconds(60_000))
    ));
    let path = |path: Option<syn::Path>| path.unwrap().to_token_stream().to_string();
    assert_eq!(path(options.dead_letter), "a :: b");
    assert!(options.undecodable_is_permanent.unwrap().value);
    assert!(options.fail_if_none_done);
    assert_eq!(path(options.observer), "c :: D");

    let mut errors = Errors::default();
    let options = Options::parse(
        "window = e::f, concurrency = 1".parse().unwrap(),
        &mut errors,
    );
    assert_errors(errors, &[]);
    assert_eq!(path(options.window), "e :: f");

    let mut errors = Errors::default();
    let options =
        "deadline_margin = \"off\", undecodable = \"retry\", on_full_failure = \"report\"";
    let options = Options::parse(options.parse().unwrap(), &mut errors);
    assert_errors(errors, &[]);
    assert!(matches!(options.deadline_margin, Some(super::Margin::Off)));
    assert!(!options.undecodable_is_permanent.unwrap().value);
    assert!(!options.fail_if_none_done);
}

/// Every kind of value out of its kind or range: the value is underlined, an example shown.
#[test]
fn values_that_are_none() {
    let concurrency = "expected how many records to handle at once, from 1 to 10000, as in \
                       `concurrency = 16`";
    for value in [
        "0",
        "10001",
        "-1",
        "1.5",
        "\"4\"",
        "many",
        "99999999999999999999",
    ] {
        rejects(&format!("concurrency = {value}"), &[(value, concurrency)]);
    }
    let timeout = "expected a whole number with its unit, `ms`, `s` or `m`, in quotes, as in \
                   `record_timeout = \"2s\"`";
    for value in [
        "2",
        "\"2\"",
        "\"2 parsecs\"",
        "\"0s\"",
        "\"-1s\"",
        "\"1.5s\"",
        "\"s\"",
        "\"1441m\"",
        "\"off\"",
    ] {
        rejects(&format!("record_timeout = {value}"), &[(value, timeout)]);
    }
    let margin = "expected `\"off\"`, or a whole number with its unit, `ms`, `s` or `m`, in quotes, as \
                  in `deadline_margin = \"500ms\"`";
    for value in ["off", "0", "\"never\"", "\"9999999999999999999999s\""] {
        rejects(&format!("deadline_margin = {value}"), &[(value, margin)]);
    }
    rejects(
        "dead_letter = \"f\"",
        &[(
            "\"f\"",
            "expected the path of an async function, as in `dead_letter = path::to::function`",
        )],
    );
    rejects(
        "undecodable = permanent",
        &[(
            "permanent",
            "expected `\"retry\"` (the default) or `\"permanent\"`, as in \
             `undecodable = \"permanent\"`",
        )],
    );
    rejects(
        "on_full_failure = true",
        &[(
            "true",
            "expected `\"report\"` (the default) or `\"error\"`, as in `on_full_failure = \"error\"`",
        )],
    );
    rejects(
        "window = \"60s\"",
        &[(
            "\"60s\"",
            "expected the path of an async function, as in `window = path::to::function`",
        )],
    );
    rejects(
        "observer = |_| ()",
        &[(
            "|_| ()",
            "expected the path of a static or constant, as in `observer = path::to::STATIC`",
        )],
    );
}

#[test]
fn an_option_that_needs_another() {
    rejects(
        "undecodable = \"permanent\"",
        &[(
            "undecodable",
            "`undecodable = \"permanent\"` needs `dead_letter = path::to::function`: without one a \
             permanent failure is retried like any other",
        )],
    );
}

#[test]
fn options_that_contradict_each_other() {
    let message = "`concurrency` contradicts `window`";
    rejects(
        "concurrency = 8, window = close",
        &[("concurrency", message)],
    );
    rejects(
        "window = 1, concurrency = 8",
        &[
            ("1", "expected the path of an async function"),
            ("concurrency", message),
        ],
    );
}

#[track_caller]
fn with_state(options: &str, signature: &str, expected: &[(&str, &str)]) {
    let mut errors = Errors::default();
    let options = Options::parse(options.parse().unwrap(), &mut Errors::default());
    options.need_state(&syn::parse_str(signature).unwrap(), &mut errors);
    assert_errors(errors, expected);
}

#[test]
fn window_and_state() {
    let state = "fn f(line: Line, #[state] totals: &mut Totals)";
    let none = "fn f(line: Line, db: &Db)";
    with_state("", none, &[]);
    with_state("window = close", state, &[]);
    with_state(
        "",
        state,
        &[("#[state]", "`#[state]` needs `window = path::to::function`")],
    );
    with_state(
        "window = close",
        none,
        &[(
            "window",
            "add one after the record, as in `#[state] totals: &mut Totals`",
        )],
    );
    // Each has an error of its own.
    with_state("window = 7", state, &[]);
    with_state("window = close", "fn f(#[state] line: Line)", &[]);
    with_state(
        "window = close",
        "fn f(line: Line, totals: &mut Totals)",
        &[],
    );
}
