//! The attribute macro of the [`stream-handler`] crate, which re-exports and documents it.
//! Depend on that crate, not on this one: the two are one release.
//!
//! The work is a pipeline, one file per stage:
//!
//! ```text
//! tokens ─┬─ parse ───── the function, its body kept as tokens
//!         └─ options ─── key = value pairs, with the spans of both
//!              │
//!         signature ──── every rule of the signature, every mistake collected
//!              │
//!         expand ─────── the function untouched, its companion, one call into the runtime
//!     or  fallback ───── the function untouched, a companion that type-checks, every error
//! ```
//!
//! [`stream-handler`]: https://docs.rs/stream-handler

mod errors;
mod expand;
mod fallback;
mod options;
mod parse;
mod paths;
mod rustc;
mod signature;
#[cfg(test)]
mod testing;

use proc_macro2::TokenStream;

use crate::{errors::Errors, options::Options, parse::Function, signature::Handler};

// The documentation is where the macro is re-exported: its examples need that crate.
#[allow(missing_docs)]
#[proc_macro_attribute]
pub fn stream_handler(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    generate(options.into(), &item.into()).into()
}

fn generate(options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(options, &mut errors);
    let Some(function) = Function::parse(item.clone(), &mut errors) else {
        return fallback::item(item, errors);
    };
    let handler = Handler::check(&function, &mut errors);
    if handler.as_ref().is_some_and(|handler| !handler.is_async) {
        options.need_async(&mut errors);
    }
    options.need_state(&function.signature, &mut errors);
    match handler {
        Some(handler) if errors.is_empty() && !rustc::rejects(&function.signature) => {
            expand::expand(&function, &handler, &options)
        }
        _ => fallback::function(&function, &options, errors),
    }
}
