//! The attribute's options: `#[stream_handler(key = value, …)]`.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

use crate::{errors::Errors, paths::Runtime};

/// What an option is called, and what to write for it.
const ACCEPTED: &[(&str, &str)] = &[("crate", "crate = ::stream_handler")];

/// The options, each with its default where the user wrote none.
pub(crate) struct Options {
    pub(crate) runtime: Runtime,
}

impl Options {
    /// Reads the options. A mistake leaves that option at its default: what is expanded then still
    /// type-checks, so an editor goes on helping.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self {
            runtime: Runtime::Default,
        };
        let mut seen: Vec<Ident> = Vec::new();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = input.call(Ident::parse_any)?;
                if seen.contains(&key) {
                    errors.at(&key, format_args!("`{key}` is set twice"));
                }
                options.option(&key, input, errors)?;
                seen.push(key);
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error);
        }
        options
    }

    /// Reads `= value` for one key.
    fn option(
        &mut self,
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        let Some((_, usage)) = ACCEPTED.iter().find(|(name, _)| key == name) else {
            errors.at(key, unknown(key));
            return skip_value(input);
        };
        if !input.peek(Token![=]) {
            errors.at(key, format_args!("expected `{usage}`"));
            return skip_value(input);
        }
        input.parse::<Token![=]>()?;
        match input.call(syn::Path::parse_mod_style) {
            Ok(path) => self.runtime = Runtime::Renamed(path),
            Err(error) => {
                errors.push(syn::Error::new(
                    error.span(),
                    format_args!("expected the path of the stream-handler crate, as in `{usage}`"),
                ));
                skip_value(input)?;
            }
        }
        Ok(())
    }
}

fn unknown(key: &Ident) -> String {
    let accepted: Vec<_> = ACCEPTED
        .iter()
        .map(|(_, usage)| format!("`{usage}`"))
        .collect();
    format!(
        "unknown option `{key}`; `stream_handler` accepts {}",
        accepted.join(", ")
    )
}

/// Steps over what was written for a key, up to the next comma, so that later keys are read too.
#[expect(
    clippy::unnecessary_wraps,
    reason = "ends the callers' parse of one option"
)]
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.step(|cursor| {
            Ok(cursor
                .token_tree()
                .map_or(((), *cursor), |(_, rest)| ((), rest)))
        })?;
    }
    Ok(())
}
