//! Snapshots of the generated code. Each file in `snapshots` has two halves: input and output.
//!
//! After a change, `UPDATE_SNAPSHOTS=1 cargo test -p stream-handler-macros` rewrites the second half
//! of each file. Read every line of the diff.

use std::{fs, path::Path};

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::Item;

use super::follows;
use crate::{generate, testing::squeeze};

const GENERATED: &str = "// What is generated:\n";

#[track_caller]
fn snapshot(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/expand/snapshots")
        .join(name);
    let text = fs::read_to_string(&path).expect("a snapshot");
    let (written, expected) = text.split_once(GENERATED).expect("two halves");
    let generated = expand(written);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, format!("{written}{GENERATED}\n{generated}")).expect("a snapshot");
    } else {
        assert_eq!(generated, expected.trim_start(), "in {name}");
    }
}

/// Expands the attribute of every function in a file.
fn expand(written: &str) -> String {
    let mut generated = TokenStream::new();
    for item in syn::parse_file(written).expect("Rust").items {
        let Item::Fn(mut function) = item else {
            panic!("a function")
        };
        let attribute = function.attrs.iter();
        let at = attribute.clone().position(crate::parse::is_ours);
        let attribute = function.attrs.remove(at.expect("the attribute"));
        let options = attribute.meta.require_list();
        let options = options.map_or_else(|_| TokenStream::new(), |list| list.tokens.clone());
        generated.extend(generate(options, &function.into_token_stream()));
    }
    prettyplease::unparse(&syn::parse2(generated).expect("Rust"))
}

#[test]
fn plain() {
    snapshot("plain.rs");
}

#[test]
fn shared_and_context() {
    snapshot("shared_and_context.rs");
}

#[test]
fn attributes_and_lifetimes() {
    snapshot("attributes_and_lifetimes.rs");
}

#[test]
fn option_crate() {
    snapshot("option_crate.rs");
}

#[test]
fn window() {
    snapshot("window.rs");
}

#[test]
fn a_plain_handler_fits_on_a_screen() {
    let generated = expand("#[stream_handler] async fn f(line: Line) -> Result<(), Error> {}");
    assert!(generated.lines().count() <= 40, "{generated}");
}

#[test]
fn the_function_comes_out_as_it_went_in() {
    let item = "#[inline] pub async fn f(mut line: Line, (a, _): (u8, u8)) -> () { half.typed. }";
    let item: TokenStream = item.parse().unwrap();
    let generated = squeeze(&generate(TokenStream::new(), &item));
    assert!(generated.starts_with(&squeeze(&item)), "{generated}");
}

#[test]
fn attributes_that_the_companion_has_too() {
    for (attribute, expected) in [
        ("cfg(unix)", Some("cfg(unix)")),
        ("allow(dead_code)", Some("allow(dead_code)")),
        ("deprecated", Some("deprecated")),
        ("deprecated = \"old\"", Some("deprecated = \"old\"")),
        ("doc(hidden)", Some("doc(hidden)")),
        ("expect(dead_code)", Some("allow(dead_code)")),
        ("doc = \"Documented.\"", None),
        ("doc(alias = \"line\")", None),
        ("warn(dead_code)", None),
        ("must_use", None),
        ("inline", None),
        ("tracing::instrument", None),
    ] {
        let tokens: TokenStream = format!("#[{attribute}] fn f() {{}}").parse().unwrap();
        let function: syn::ItemFn = syn::parse2(tokens).unwrap();
        let found = follows(&function.attrs[0]).map(|tokens| squeeze(&tokens));
        let expected = expected.map(|expected| squeeze(&format!("#[{expected}]")));
        assert_eq!(found, expected, "{attribute}");
    }
}
