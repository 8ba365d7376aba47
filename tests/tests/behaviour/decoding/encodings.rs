//! Payloads are what was written, whatever they are encoded in: escapes of JSON, and base64.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use proptest::{prelude::*, sample::select};
use serde_json::Value;
use stream_handler::{Data, Payload as _, sqs::SqsMessage, stream_handler};
use stream_handler_tests::{Calls, cases, invocation};

/// Text of pieces that need escapes in JSON, close together and far apart.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(&["\"", "\\", "\\\"", "\n", "/", "\u{8}\u{c}\r\t", "é", "😀", "{}", ","][..]).prop_map(str::to_owned),
        2 => "[a-z]{0,12}",
        1 => "[a-zé]{0,100}",
        1 => any::<String>(),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

#[stream_handler]
async fn on_text(message: SqsMessage<String>, calls: &Calls) {
    calls.add(message.into_body());
}

/// The texts that the handler has after an event with these.
fn texts_read(texts: &[String]) -> Vec<String> {
    let records: Vec<_> = texts
        .iter()
        .map(|text| {
            format!(
                r#"{{"messageId":"1","body":{},"x":"y"}}"#,
                Value::from(&**text)
            )
        })
        .collect();
    let (event, calls) = (
        format!(r#"{{"Records":[{}]}}"#, records.join(",")),
        Calls::default(),
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let response = runtime
        .expect("a runtime")
        .block_on(on_text::batch(invocation(&event), &calls));
    assert!(response.is_ok());
    calls.all()
}

proptest! {
    #![proptest_config(cases::config())]

    /// What is not valid is refused by whatever decodes it, and told of in the same words.
    #[test]
    fn base64_is_read_strictly(
        bytes in proptest::collection::vec(any::<u8>(), 0..3000),
        damage in proptest::option::of((any::<prop::sample::Index>(), any::<char>())),
    ) {
        let mut text = BASE64_STANDARD.encode(&bytes);
        if let Some((at, char)) = damage {
            let mut chars: Vec<_> = text.chars().collect();
            let at = at.index(chars.len() + 1);
            chars.splice(at..(at + 1).min(chars.len()), [char]);
            text = chars.into_iter().collect();
        }
        let expected = BASE64_STANDARD.decode(&text).map_err(|error| error.to_string());
        let decoded = [
            Vec::<u8>::decode(Data::base64(&*text)),
            Data::base64(&*text).read(|bytes| Ok(bytes.to_vec())),
        ];
        for decoded in decoded {
            let decoded = decoded.map_err(|error| {
                // Byte and all, which the error itself doesn't show.
                error.unredacted().map(ToString::to_string).unwrap_or_default()
            });
            prop_assert_eq!(&decoded, &expected);
        }
    }

    #[test]
    fn texts_are_what_was_written(texts in proptest::collection::vec(text(), 1..6)) {
        prop_assert_eq!(texts_read(&texts), texts);
    }
}

/// Whichever bytes are looked at together, backslashes in a row are counted.
#[test]
fn backslashes_before_a_quote_anywhere() {
    for is_end in [false, true] {
        let texts: Vec<_> = (0..150)
            .flat_map(|before| (0..6).map(move |backslashes| (before, backslashes)))
            .map(|(before, backslashes)| {
                let rest = if is_end { "" } else { "\",\"" };
                format!("\"{}{}{rest}", "a".repeat(before), "\\".repeat(backslashes))
            })
            .collect();
        assert_eq!(texts_read(&texts), texts);
    }
}

/// The bits that padding leaves over must be none.
#[test]
fn base64_with_bits_left_over() {
    for text in [
        "YR==", "YWJ=", "YQ=", "YQ", "Y", "=", "====", "YQ==YQ==", " YQ==", "YQ==\n", "-_==",
    ] {
        let decoded = Vec::<u8>::decode(Data::base64(text));
        assert_eq!(
            decoded.is_ok(),
            BASE64_STANDARD.decode(text).is_ok(),
            "{text}"
        );
    }
}
