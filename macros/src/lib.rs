//! The attribute macro of the [`stream-handler`] crate, which re-exports and documents it.
//! Depend on `stream-handler` and not on this crate. Both always have the same version.
//!
//! The macro is a pipeline with one file per stage:
//!
//! ```text
//! tokens ─┬─ parse ───── reads the function; its body stays unparsed
//!         └─ options ─── reads the attribute's `key = value` pairs
//!              │
//!         signature ──── checks the signature and collects all errors
//!              │
//!         expand ─────── no errors: the function, and its companion type with `batch`
//!     or  fallback ───── errors: the function, a companion that type-checks, all errors
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

// The documentation is in `stream-handler`, because its examples need that crate.
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
        options.check_plain_fn(&mut errors);
    }
    options.check_state(&function.signature, &mut errors);
    match handler {
        Some(handler) if errors.is_empty() && !rustc::rejects(&function.signature) => {
            expand::expand(&function, &handler, &options)
        }
        _ => fallback::function(&function, &options, errors),
    }
}
