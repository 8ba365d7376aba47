//! Invocations at the same time: each has its own body.

use stream_handler_tests::runtime_api::{Invoked, Returned, invoke, invoke_until};

use super::{function, messages, response};

const MAX_CONCURRENCY: &str = "AWS_LAMBDA_MAX_CONCURRENCY";

/// What an invocation must return.
enum Expected {
    Reported(Vec<usize>),
    Error,
    Panic,
}

/// Many bodies of many sizes: good ones, bad ones, and ones at which the handler panics.
fn many(count: usize) -> Vec<(String, Vec<u8>, Expected)> {
    let of = |number: usize| {
        let id = format!("{number:05}");
        let long = format!("ok {}", "x".repeat(number * 37 % 5_000));
        let mut words = vec!["fail", "panic", "ok", &*long, "fail"];
        words.truncate(number % 5 + 1);
        let body = messages(&id, &words);
        let reported = (0..words.len())
            .filter(|&position| words[position] == "fail" || words[position] == "panic")
            .collect();
        match number {
            _ if number % 7 == 3 => (format!("panic-at-once-{id}"), body, Expected::Panic),
            _ if number % 11 == 3 => (format!("panic-later-{id}"), body, Expected::Panic),
            _ if number % 13 == 3 => (id, body[..body.len() / 2].to_vec(), Expected::Error),
            _ if number % 17 == 3 => (id, b"\xff".to_vec(), Expected::Error),
            _ if number % 19 == 3 => (id, Vec::new(), Expected::Error),
            _ if number % 23 == 3 => (id, b"null".to_vec(), Expected::Error),
            _ if number % 499 == 3 => {
                let huge = "ok ".repeat(500_000);
                let body = messages(&id, &[&huge, "fail"]);
                (id, body, Expected::Reported(vec![1]))
            }
            _ => (id, body, Expected::Reported(reported)),
        }
    };
    (0..count).map(of).collect()
}

fn check(invoked: &Invoked, invocations: &[(String, Vec<u8>, Expected)]) {
    assert_eq!(invoked.returned.len(), invocations.len());
    for (id, _, expected) in invocations {
        let returned = &invoked.returned[id];
        match (expected, returned) {
            (Expected::Reported(positions), _) => assert_eq!(*returned, response(id, positions)),
            (Expected::Error, Returned::Error(_, message)) => {
                assert!(!message.contains("provoked"), "{id}: {message}");
            }
            (Expected::Panic, Returned::Error(_, message)) => {
                assert_eq!(*message, format!("Lambda panicked: provoked by {id}"));
            }
            _ => panic!("{id}: {returned:?}"),
        }
    }
}

#[test]
fn thousands_of_invocations_have_their_own_responses() {
    for (entry, concurrency, count) in [
        ("run_concurrent", "8", 4_000),
        ("run_concurrent", "2", 500),
        ("run_concurrent", "1", 500),
        ("run", "1", 500),
    ] {
        let invocations = many(count);
        let mut command = function(entry);
        command.env(MAX_CONCURRENCY, concurrency);
        let bodies = invocations
            .iter()
            .map(|(id, body, _)| (id.clone(), body.clone()));
        let invoked = invoke(command, bodies);
        check(&invoked, &invocations);
        assert_eq!(invoked.at_once.to_string(), concurrency);
    }
}

/// Layers around the one that hands over the body see it, and layers within do not. A second layer
/// of its kind is of no harm.
#[test]
fn layers_outside_and_inside() {
    let mut command = function("layers");
    command.env(MAX_CONCURRENCY, "4");
    let ids = (0..500).map(|number| format!("{number}"));
    let invocations = ids.map(|id| {
        let body = messages(&id, &["ok", "fail"]);
        (id, body)
    });
    let invocations: Vec<_> = invocations.collect();
    let invoked = invoke(command, invocations.clone());
    for (id, body) in invocations {
        assert_eq!(invoked.returned[&id], response(&id, &[1]));
        assert!(
            invoked
                .log
                .contains(&format!("outside: {} bytes", body.len()))
        );
    }
}

/// The body stays nowhere when a layer panics before it is taken: an empty body that comes next, on
/// the same thread, is an error, and not that other body.
#[test]
fn a_panic_in_a_layer_leaves_no_body_behind() {
    let mut command = function("panics inside");
    command.env(MAX_CONCURRENCY, "2");
    let invocations = [
        ("panic", messages("panic", &["fail"])),
        ("empty", Vec::new()),
        ("next", messages("next", &["fail"])),
        ("empty-again", Vec::new()),
    ];
    let invocations = invocations.map(|(id, body)| (id.to_owned(), body));
    // The one that panics never returns.
    let answered = 3;
    let invoked = invoke_until(command, invocations, answered);
    assert_eq!(invoked.returned["next"], response("next", &[0]));
    for id in ["empty", "empty-again"] {
        let Returned::Error(_, message) = &invoked.returned[id] else {
            panic!("{id}: {:?}", invoked.returned[id]);
        };
        assert!(message.contains("EOF"), "{message}");
    }
}

#[test]
fn run_names_the_other_entry_point() {
    let warned = |entry: &str, concurrency: &str| {
        let mut command = function(entry);
        command.env(MAX_CONCURRENCY, concurrency);
        let body = messages("one", &["fail"]);
        let invoked = invoke(command, [("one".to_owned(), body)]);
        assert_eq!(invoked.returned["one"], response("one", &[0]));
        invoked.log.contains("`stream_handler::run_concurrent`")
    };
    assert!(warned("run", "3"));
    assert!(!warned("run", "1"));
    assert!(!warned("run", "no number"));
    assert!(!warned("run_concurrent", "3"));
}
