#![deny(warnings)]
//! Lifetimes in shared parameters, named and elided.

use std::borrow::Cow;

use stream_handler::{Context, kinesis::KinesisRecord, stream_handler};

#[derive(Clone, Copy)]
pub struct View<'a>(&'a str);

#[stream_handler]
pub async fn elided(_line: KinesisRecord<String>, a: &str, b: View<'_>, c: &[&str]) {
    let _ = (a, b.0, c);
}

#[stream_handler]
pub async fn named<'a, 'b: 'a>(
    _line: KinesisRecord<String>,
    a: &'a str,
    b: View<'b>,
    c: Cow<'a, str>,
    #[context] context: &Context,
) -> Result<(), String> {
    let _ = context;
    Err(format!("{a}{}{c}", b.0))
}

#[stream_handler]
pub fn dynamic(_line: KinesisRecord<String>, log: &dyn Fn(&str)) {
    log("called");
}

fn main() {
    let text = String::from("text");
    drop(named::batch(
        stream_handler::LambdaEvent::new(serde_json::from_str("{}").unwrap(), Default::default()),
        &text,
        View(&text),
        Cow::Borrowed(&text),
    ));
    let _ = |event| elided::batch(event, "", View(""), &[]);
    let _ = |event| dynamic::batch(event, &|_| ());
}
