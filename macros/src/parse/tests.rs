use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::Function;
use crate::{
    errors::Errors,
    testing::{assert_errors, squeeze},
};

fn parse(item: &str) -> (Option<Function>, Errors) {
    let mut errors = Errors::default();
    let function = Function::parse(item.parse().unwrap(), &mut errors);
    (function, errors)
}

#[track_caller]
fn function(item: &str) -> Function {
    let (function, errors) = parse(item);
    assert_errors(errors, &[]);
    function.expect("a function")
}

#[track_caller]
fn rejects(item: &str, keyword: &str) {
    let (function, errors) = parse(item);
    assert!(function.is_none());
    let message = "`#[stream_handler]` can only be applied to functions";
    assert_errors(errors, &[(keyword, message)]);
}

#[test]
fn a_function_is_parsed() {
    let function = function(
        "#[inline] pub(crate) async fn on_line(line: Line) -> Result<(), Error> { line.0 }",
    );
    assert_eq!(function.attributes.len(), 1);
    assert_eq!(
        function.visibility.to_token_stream().to_string(),
        "pub (crate)"
    );
    assert_eq!(function.signature.ident, "on_line");
    assert_eq!(function.body.to_string(), "{ line . 0 }");
    assert!(function.has_body);
}

#[test]
fn a_function_is_unchanged() {
    for item in [
        "fn f(line: Line) {}",
        "/// Documented.\n#[inline] pub async fn f<'a>(mut line: Line, (a, _): (u8, &'a str)) {}",
        "const unsafe extern \"C\" fn f(_: Line, ...) where u8: Copy {}",
        "async fn f(#[allow(unused)] line: Line) { half.typed. }",
        "fn f(line: Line);",
    ] {
        let tokens: TokenStream = item.parse().unwrap();
        let function = function(item).to_token_stream();
        assert_eq!(squeeze(&function), squeeze(&tokens));
    }
}

#[test]
fn the_context_attribute_is_removed() {
    let function = function("fn f(line: Line, #[context] #[allow(unused)] c: &Context) {}");
    assert_eq!(
        squeeze(&function.to_token_stream()),
        squeeze(&"fn f(line: Line, #[allow(unused)] c: &Context) {}")
    );
}

#[test]
fn the_state_attribute_is_removed() {
    let function = function("fn f(line: Line, #[state] #[allow(unused)] s: &mut Sum) {}");
    assert_eq!(
        squeeze(&function.to_token_stream()),
        squeeze(&"fn f(line: Line, #[allow(unused)] s: &mut Sum) {}")
    );
}

#[test]
fn a_body_is_not_parsed() {
    assert!(
        function(
            "fn f(line: Line) { let x = ; .. )( }"
                .replace(")(", "")
                .as_str()
        )
        .has_body
    );
    assert!(!function("fn f(line: Line);").has_body);
}

#[test]
fn other_items_are_rejected_at_their_keyword() {
    rejects("struct Order;", "struct");
    rejects("pub struct Order { id: u64 }", "struct");
    rejects("enum Order {}", "enum");
    rejects("impl Order { fn f() {} }", "impl");
    rejects("unsafe impl Send for Order {}", "impl");
    rejects("pub(crate) trait Handler { fn f(); }", "trait");
    rejects("mod handlers { fn f() {} }", "mod");
    rejects("const LIMIT: u32 = 1;", "const");
    rejects("static LIMIT: u32 = 1;", "static");
    rejects("use std::fmt;", "use");
    rejects("type Line = String;", "type");
    rejects("extern crate std;", "extern");
    rejects("extern \"C\" {}", "extern");
    rejects("unsafe extern \"C\" { fn f(); }", "extern");
    rejects("handlers! { fn f() {} }", "handlers");
    rejects("#[derive(Clone)] pub union Order { id: u64 }", "union");
    rejects("let x = 1;", "let");
}

/// rustc reports syntax errors before it calls the macro.
#[test]
fn syntax_errors_are_not_repeated() {
    for item in [
        "async fn f(line) {}",
        "fn f(line: Line<) {}",
        "fn f(line: Line, db: ) {}",
        "async fn",
        "fn f",
        "",
    ] {
        let (function, errors) = parse(item);
        assert!(function.is_none(), "{item}");
        assert_errors(errors, &[]);
    }
}
