use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{File, Item};

use crate::{generate, testing::squeeze};

fn output(options: &str, item: &str) -> String {
    let item: TokenStream = item.parse().unwrap();
    squeeze(&generate(options.parse().unwrap(), &item))
}

fn tokens(text: &str) -> String {
    squeeze(&text.parse::<TokenStream>().unwrap())
}

/// The function and the companion that are generated for a function with errors.
#[track_caller]
fn function_and_companion(options: &str, item: &str) -> (String, String) {
    let item: TokenStream = item.parse().unwrap();
    let file: File = syn::parse2(generate(options.parse().unwrap(), &item)).expect("Rust");
    let (mut function, mut companion) = (String::new(), String::new());
    for item in file.items {
        let text = squeeze(&item.to_token_stream());
        match item {
            Item::Fn(_) => function = text,
            Item::Struct(_) | Item::Impl(_) => companion += &text,
            Item::Macro(error) => {
                let path = error.mac.path.to_token_stream();
                assert_eq!(squeeze(&path), "::core::compile_error");
            }
            _ => panic!("{text}"),
        }
    }
    (function, companion)
}

#[test]
fn another_item_is_unchanged() {
    let output = output("", "pub struct Order(#[context] u64);");
    let (item, error) = output.split_at(tokens("pub struct Order(#[context] u64);").len());
    assert_eq!(item, tokens("pub struct Order(#[context] u64);"));
    assert!(error.contains("compile_error"), "{error}");
}

#[test]
fn an_item_with_a_syntax_error_is_unchanged_and_gets_no_error() {
    let item = "async fn f(line, #[context] c: &Context) {}";
    assert_eq!(output("", item), tokens(item));
}

#[test]
fn the_function_is_unchanged() {
    let item = "/// Documented.\npub unsafe fn f(line: Line, db: &Db) -> Result<(), E> { half. }";
    let output = output("", item);
    assert!(output.starts_with(&tokens(item)), "{output}");
}

#[test]
fn tokens_that_would_be_reported_twice_are_removed() {
    let (function, _) =
        function_and_companion("", "#[inline] #[stream_handler] const fn f(line: &Line) {}");
    assert_eq!(function, tokens("#[inline] fn f(line: &Line) {}"));
    let (function, _) = function_and_companion("", "fn f(line: Line, #[context(x)] c: C);");
    assert_eq!(
        function,
        tokens("fn f(line: Line, c: C) { ::core::unreachable!() }")
    );
    let (function, _) =
        function_and_companion("", "unsafe extern \"C\" fn f(line: Line, rest: ...) {}");
    assert_eq!(function, tokens("unsafe extern \"C\" fn f(line: Line,) {}"));
    let (function, _) = function_and_companion("", "fn f(line: Line) -> impl Future;");
    assert_eq!(
        function,
        tokens("fn f(line: Line) { ::core::unreachable!() }")
    );
}

#[test]
fn the_companion_has_the_parameters_of_the_real_one() {
    let (_, companion) = function_and_companion(
        "window = close, retries = 3",
        "#[cfg(unix)] pub(crate) async fn f(
            line: Line, db: &Db, #[context] c: C, #[state] s: &mut S, n: u8
        ) {}",
    );
    assert_eq!(
        companion,
        tokens(
            "#[cfg(unix)]
            #[doc = \" The batch handler of the function [`f`](fn@f).\"]
            #[non_exhaustive]
            pub(crate) struct f {}
            #[cfg(unix)]
            impl f {
                pub(crate) async fn batch(
                    _: ::stream_handler::LambdaEvent<::stream_handler::Batch<Line>>,
                    _: impl ::core::marker::Sized,
                    _: impl ::core::marker::Sized
                ) -> ::core::result::Result<
                    ::stream_handler::BatchResponse,
                    ::stream_handler::BatchError
                > {
                    ::core::unreachable!()
                }
            }"
        )
    );
}

#[track_caller]
fn record(item: &str, expected: &str) {
    let (_, companion) = function_and_companion("", item);
    let expected = tokens(&format!("::stream_handler::Batch<{expected}>>"));
    assert!(companion.contains(&expected), "{companion}");
}

#[test]
fn the_companion_takes_the_record_by_value() {
    record("const fn f(line: Line<u8>) {}", "Line<u8>");
    record("fn f(line: &mut Line<u8>) {}", "Line<u8>");
    record("fn f(lines: &[Line]) {}", "Line");
    record("fn f(line: &(dyn Fn() + Send)) {}", "()");
}

#[test]
fn the_companion_leaves_out_invalid_types() {
    record("fn f<T>(line: Line<T>) {}", "()");
    record("fn f<'a>(line: Line<'a>) {}", "()");
    record("fn f(line: impl Record) {}", "()");
    record("fn f(line: Line<_>) {}", "()");
    record("fn f(line: Line<&'a str>) {}", "()");
    record("fn f(line: dyn Fn()) {}", "()");
    record("fn f() {}", "()");
}

#[test]
fn a_conditional_parameter_stays_conditional() {
    let (_, companion) = function_and_companion(
        "",
        "fn f(line: Line, #[cfg(unix)] #[allow(unused)] db: &Db) {}",
    );
    let parameter = tokens("#[cfg(unix)] _: impl ::core::marker::Sized");
    assert!(companion.contains(&parameter), "{companion}");
}

/// A type can't be declared in an `impl`.
#[test]
fn a_method_gets_no_companion() {
    for item in [
        "fn f(&self, line: Line) {}",
        "fn f(line: Line, db: &Self) {}",
        "fn f(line: Line) -> Result<(), Self::Error> {}",
    ] {
        let output = output("", item);
        assert!(!output.contains("struct"), "{output}");
        assert_eq!(output.matches("compile_error").count(), 1, "{output}");
    }
}

#[test]
fn the_companion_uses_the_path_of_a_renamed_crate() {
    let (_, companion) =
        function_and_companion("crate = ::handlers, retries = 3", "fn f(line: Line) {}");
    assert!(
        companion.contains(&tokens("::handlers::Batch<Line>>")),
        "{companion}"
    );
    assert!(!companion.contains("stream_handler"), "{companion}");
}

#[test]
fn each_mistake_is_one_error() {
    let output = output(
        "retries = 3, kinesis",
        "const unsafe fn f<T>(line: &Line, db: &mut Db);",
    );
    assert_eq!(output.matches("compile_error").count(), 8, "{output}");
}
