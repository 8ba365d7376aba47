//! What becomes of a body, whatever is in it.

use stream_handler_tests::runtime_api::{Invoked, Returned, invoke};

use super::{function, messages, response};

/// A customer's data, which no error shows.
const DATA: &str = "4111 1111 1111 1111";

/// A body by what it is called, and the type of the error; `None` if it has an event.
fn bodies() -> Vec<(String, Vec<u8>, Option<&'static str>)> {
    let event = |name: &str, text: &str| {
        let words = [text, "fail"];
        (name.to_owned(), messages(name, &words), None)
    };
    let invalid = |name: &str, body: &[u8]| {
        let error = Some("StreamHandler.InvalidEvent");
        (name.to_owned(), body.to_vec(), error)
    };
    let unread = |name: &str, body: &[u8]| {
        let error = Some("&lambda_runtime::deserializer::DeserializeError");
        (name.to_owned(), body.to_vec(), error)
    };
    let mut not_utf8 = messages("not-utf8", &[DATA]);
    let at = not_utf8.len() - 40;
    not_utf8[at] = 0xff;
    vec![
        event("small", "ok"),
        unread("empty", b""),
        event("after-empty", "ok"),
        unread("not-utf8", &not_utf8),
        event("after-not-utf8", "ok"),
        invalid("null", b"null"),
        event("after-null", "ok"),
        invalid("string", br#""4111 1111 1111 1111""#),
        event("large", &"ok ".repeat(1_000_000)),
        event("umlauts", &"ok \u{e4}\u{1f980}".repeat(10_000)),
        event("last", "ok"),
    ]
}

/// JSON that is cut off, or goes on: a batch sees it by itself, and `serde_json` before there is a
/// batch.
fn malformed() -> Vec<(String, Vec<u8>)> {
    let whole = messages("whole", &[DATA, "fail"]);
    vec![
        ("cut".to_owned(), whole[..whole.len() - 20].to_vec()),
        ("after-cut".to_owned(), messages("after-cut", &["fail"])),
        ("space".to_owned(), b" \n ".to_vec()),
        ("after-space".to_owned(), messages("after-space", &["fail"])),
    ]
}

fn check(invoked: &Invoked) {
    for (name, _, error) in bodies() {
        match (&invoked.returned[&name], error) {
            (returned, None) => assert_eq!(*returned, response(&name, &[1]), "{name}"),
            (Returned::Error(error_type, message), Some(expected)) => {
                assert_eq!(error_type, expected, "{name}: {message}");
                assert!(!message.contains("4111"), "{name}: {message}");
            }
            (returned, Some(_)) => panic!("{name}: {returned:?}"),
        }
    }
    assert!(!invoked.log.contains("4111"), "{}", invoked.log);
}

fn all() -> impl Iterator<Item = (String, Vec<u8>)> {
    bodies().into_iter().map(|(name, body, _)| (name, body))
}

#[test]
fn every_body_has_its_own_response_or_error() {
    for entry in ["run", "run_concurrent", "without layer"] {
        check(&invoke(function(entry), all()));
    }
}

#[test]
fn a_body_that_is_not_utf8_says_so() {
    let invoked = invoke(function("run"), all());
    let Returned::Error(_, message) = &invoked.returned["not-utf8"] else {
        panic!("an event of no text");
    };
    assert!(
        message.contains("the event is not UTF-8: invalid utf-8 sequence of 1 bytes from index"),
        "{message}"
    );
}

#[test]
fn malformed_json_fails_its_invocation_alone() {
    for entry in ["run", "run_concurrent", "without layer"] {
        let invoked = invoke(function(entry), malformed());
        for bad in ["cut", "space"] {
            let returned = &invoked.returned[bad];
            assert!(matches!(returned, Returned::Error(..)), "{returned:?}");
            let next = format!("after-{bad}");
            assert_eq!(invoked.returned[&next], response(&next, &[0]));
        }
    }
}

/// `lambda_runtime` logs bodies at that level, which an empty one would be of no use to.
#[test]
fn bodies_are_logged_at_trace() {
    let invocations = ["first", "second"].map(|id| (id.to_owned(), messages(id, &["fail"])));
    for entry in ["run", "run_concurrent"] {
        for (variable, value) in [
            ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
            ("RUST_LOG", "lambda_runtime=trace"),
        ] {
            let mut command = function(entry);
            command.env(variable, value);
            let invoked = invoke(command, invocations.clone());
            let logged = |text: &str| {
                let lines = invoked.log.lines();
                lines
                    .filter(|line| line.contains("raw JSON event") && line.contains(text))
                    .count()
            };
            for (id, _) in &invocations {
                assert_eq!(invoked.returned[id], response(id, &[0]));
                assert_eq!(logged(&format!("fail {id}-0")), 1, "{}", invoked.log);
            }
        }
    }
}

/// `lambda_runtime` has an error of its own for it, in debug builds.
#[test]
fn a_failed_runtime_api_is_no_fault_of_the_payload() {
    let body = br#"{"errorType":"Internal"}"#.to_vec();
    let invoked = invoke(function("run"), [("status-500".to_owned(), body)]);
    assert!(!invoked.log.contains("did not take it"), "{}", invoked.log);
    if cfg!(debug_assertions) {
        assert!(
            invoked.log.contains("the Lambda runtime stopped: 500"),
            "{}",
            invoked.log
        );
    }
}

/// The text of a large event is the memory that its body came in.
#[test]
fn a_large_body_is_not_copied() {
    let large = || {
        let text = "ok ".repeat(1_000_000);
        ("large".to_owned(), messages("large", &[&text, "ok"]))
    };
    let invoked = invoke(function("in body"), [large()]);
    assert_eq!(invoked.returned["large"], response("large", &[]));

    // The test can fail: `lambda_runtime` copies.
    let mut command = function("in body");
    command.env("RUST_LOG", "lambda_runtime=trace");
    let invoked = invoke(command, [large()]);
    assert_eq!(invoked.returned["large"], response("large", &[0, 1]));
}
