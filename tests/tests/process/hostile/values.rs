//! Values to put in the place of others.

/// Values to put in any place.
pub(crate) fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "1.5",
        "0.1e1",
        "1e999999",
        "-1E-999999",
        "2147483648",
        "9223372036854775807",
        "9223372036854775808",
        r#""""#,
        r#""0""#,
        r#""a""#,
        r#"" ""#,
        r#""\ud83d""#,
        r#""\udc69x""#,
        r#""\u0000""#,
        r#""\ud83d\udc69 \/""#,
        r#""é👩‍👧""#,
        r#""1e5""#,
        r#""YQ""#,
        r#""YQ==\n""#,
        r#""/w==""#,
        r#""84mawgAB""#,
        r#""aws:kinesis""#,
        r#""aws:dynamodb""#,
        r#""aws:sqs""#,
        r#""aws:kafka""#,
        r#""aws:s3""#,
        r#""q.fifo""#,
        r#""INSERT""#,
        r#""REMOVE""#,
        r#""UPSERT""#,
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[0]",
        "[{}]",
        r#"{"a":1,"a":2}"#,
        r#"{"S":"a"}"#,
        r#"{"":null}"#,
        r#"{"\ud83d":0}"#,
        r#"{"M":{"M":{}}}"#,
        r#"{"$serde_json::private::RawValue":"[1]"}"#,
        r#"{"$serde_json::private::Number":"1"}"#,
    ]
    .map(str::to_owned)
    .into();
    values.push("9".repeat(129));
    values.push(format!("\"{}\"", "9".repeat(129)));
    values.push(format!("-0.{}", "3".repeat(400)));
    values.push(format!("\"{}\"", "x".repeat(3000)));
    values.push(format!("\"{}\"", "\\u0041".repeat(300)));
    for depth in [10, 126, 127, 128, 129, 1000] {
        values.extend(nests(depth));
    }
    values
}

/// Arrays and objects in one another.
pub(crate) fn nests(depth: usize) -> [String; 3] {
    [
        ("[", "", "]"),
        (r#"{"a":"#, "0", "}"),
        (r#"[{"M":"#, "null", "}]"),
    ]
    .map(|(open, inner, close)| open.repeat(depth) + inner + &close.repeat(depth))
}
