//! Payloads that have a batch in them, under the layer that hands over the body: they have their
//! own invocation's body, or the process says why not. None has another's, or nothing.

use stream_handler_tests::runtime_api::{Returned, invoke};

use super::{function, messages, response};

fn two() -> [(String, Vec<u8>); 2] {
    ["first", "second"].map(|id| (id.to_owned(), messages(id, &["ok", "fail"])))
}

#[test]
fn around_a_batch_alone() {
    for entry in [
        "event",
        "newtype",
        "transparent",
        "converted",
        "boxed",
        "option",
    ] {
        let invoked = invoke(function(entry), two());
        for (id, _) in two() {
            assert_eq!(invoked.returned[&id], response(&id, &[1]), "{entry}");
        }
    }
}

/// By `serde_json` it would be none, and the record handler would never know.
#[test]
fn null_is_some_batch() {
    let invoked = invoke(function("option"), [("null".to_owned(), b"null".to_vec())]);
    let Returned::Error(error_type, _) = &invoked.returned["null"] else {
        panic!("a response to null");
    };
    assert_eq!(error_type, "StreamHandler.InvalidEvent");
}

#[test]
fn with_a_batch_among_its_parts() {
    for entry in [
        "field",
        "flattened",
        "untagged",
        "tuple",
        "elsewhere",
        "tolerant",
        "nothing",
    ] {
        let invoked = invoke(function(entry), two());
        assert!(invoked.returned.is_empty(), "{entry}: {invoked:?}");
        assert!(!invoked.exit.expect("an exit").success(), "{entry}");
        assert!(
            invoked
                .log
                .contains("the handler's payload did not take it"),
            "{entry}: {}",
            invoked.log
        );
    }
}

/// As a later `lambda_runtime` might.
#[test]
fn read_after_the_call() {
    let invoked = invoke(function("later"), two());
    assert!(invoked.returned.is_empty(), "{invoked:?}");
    assert!(!invoked.exit.expect("an exit").success());
    assert!(
        invoked.log.contains("the first layer that is added"),
        "{}",
        invoked.log
    );
}
