use quote::ToTokens as _;

use super::{Options, distance, similar};
use crate::{errors::Errors, paths::CratePath, testing::assert_errors};

/// The path that the options set for `stream-handler`, and the errors.
fn parse(options: &str) -> (Option<String>, Errors) {
    let mut errors = Errors::default();
    let options = Options::parse(options.parse().unwrap(), &mut errors);
    let path = match options.runtime {
        CratePath::Default => None,
        CratePath::Renamed(path) => Some(path.to_token_stream().to_string().replace(' ', "")),
    };
    (path, errors)
}

#[track_caller]
fn accepts(options: &str, path: Option<&str>) {
    let (found, errors) = parse(options);
    assert_errors(errors, &[]);
    assert_eq!(found.as_deref(), path);
}

/// Asserts the errors, and that an invalid `crate = …` leaves the path at its default.
#[track_caller]
fn rejects(options: &str, expected: &[(&str, &str)]) {
    let (found, errors) = parse(options);
    assert_errors(errors, expected);
    assert_eq!(found, None);
}

#[test]
fn options_may_be_empty() {
    accepts("", None);
}

#[test]
fn crate_takes_any_module_path() {
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
fn a_trailing_comma_is_accepted() {
    accepts("crate = ::handlers,", Some("::handlers"));
}

#[test]
fn a_comma_without_an_option_is_rejected() {
    let message = "expected an option before this comma: remove the comma";
    rejects(",", &[(",", message)]);
    let (path, errors) = parse(", crate = ::handlers,,");
    assert_errors(errors, &[(",", message), (",", message)]);
    assert_eq!(path.as_deref(), Some("::handlers"));
}

#[test]
fn an_unknown_option_is_rejected_with_a_list() {
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
fn a_misspelt_option_is_recognized() {
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
fn distance_is_levenshtein() {
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
fn an_event_source_as_an_option_gets_a_hint() {
    let hint = "The type of the first parameter selects the event source.";
    rejects("kinesis", &[("kinesis", hint)]);
    rejects("source = \"sqs\"", &[("source", hint)]);
    rejects("\"kinesis\"", &[("\"kinesis\"", hint)]);
}

#[test]
fn tokens_that_are_not_an_option_are_rejected() {
    rejects("= 3", &[("= 3", "expected an option, `key = value`.")]);
    rejects("#[x]", &[("#[x]", "expected an option, `key = value`.")]);
}

#[test]
fn an_option_set_twice_is_rejected() {
    let (path, errors) = parse("crate = ::first, crate = ::second, crate");
    let message = "`crate` is set twice: remove one";
    assert_errors(errors, &[("crate", message), ("crate", message)]);
    assert_eq!(path.as_deref(), Some("::first"));
}

#[test]
fn an_option_without_a_value_is_rejected() {
    let message = "`crate` needs a value: write `crate = ::stream_handler`";
    rejects("crate", &[("crate", message)]);
    rejects("crate =", &[("crate", message)]);
    rejects("crate = ,", &[("crate", message)]);
}

#[test]
fn an_option_without_an_equals_sign_is_rejected() {
    let message = "expected `crate = ::stream_handler`";
    rejects("crate: ::handlers", &[(": ::handlers", message)]);
    rejects("crate(::handlers)", &[("(::handlers)", message)]);
    rejects("crate == ::handlers", &[("== ::handlers", message)]);
    rejects("crate ::handlers", &[("::handlers", message)]);
}

#[test]
fn an_invalid_value_is_rejected() {
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
fn all_errors_are_reported_in_order() {
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

#[test]
fn all_values_are_parsed() {
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
    assert!(options.fail_if_none_processed);
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
        "deadline_margin = \"off\", undecodable = \"transient\", on_full_failure = \"report\"";
    let options = Options::parse(options.parse().unwrap(), &mut errors);
    assert_errors(errors, &[]);
    assert!(matches!(options.deadline_margin, Some(super::Margin::Off)));
    assert!(!options.undecodable_is_permanent.unwrap().value);
    assert!(!options.fail_if_none_processed);
}

/// The error underlines the value and shows an example.
#[test]
fn values_of_the_wrong_type_or_range_are_rejected() {
    let concurrency = "expected a whole number from 1 to 10000, as in `concurrency = 16`";
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
    let timeout = "expected a whole number of `ms`, `s` or `m` in quotes, at most a day, as in \
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
    let margin = "expected `\"off\"`, or a whole number of `ms`, `s` or `m` in quotes, at most a day, \
                  as in `deadline_margin = \"500ms\"`";
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
            "expected `\"transient\"` (the default) or `\"permanent\"`, as in \
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
fn permanent_undecodable_records_need_a_dead_letter_function() {
    rejects(
        "undecodable = \"permanent\"",
        &[(
            "undecodable",
            "`undecodable = \"permanent\"` needs `dead_letter = path::to::function`: without it \
             permanent failures are retried like all others",
        )],
    );
}

#[test]
fn concurrency_and_window_exclude_each_other() {
    let message = "`concurrency` can't be used with `window`";
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
fn checks_state(options: &str, signature: &str, expected: &[(&str, &str)]) {
    let mut errors = Errors::default();
    let options = Options::parse(options.parse().unwrap(), &mut Errors::default());
    options.check_state(&syn::parse_str(signature).unwrap(), &mut errors);
    assert_errors(errors, expected);
}

#[test]
fn window_and_state_need_each_other() {
    let state = "fn f(line: Line, #[state] totals: &mut Totals)";
    let none = "fn f(line: Line, db: &Db)";
    checks_state("", none, &[]);
    checks_state("window = close", state, &[]);
    checks_state(
        "",
        state,
        &[("#[state]", "`#[state]` needs `window = path::to::function`")],
    );
    checks_state(
        "window = close",
        none,
        &[(
            "window",
            "add one after the record, as in `#[state] totals: &mut Totals`",
        )],
    );
    // Other checks report these errors.
    checks_state("window = 7", state, &[]);
    checks_state("window = close", "fn f(#[state] line: Line)", &[]);
    checks_state(
        "window = close",
        "fn f(line: Line, totals: &mut Totals)",
        &[],
    );
}
