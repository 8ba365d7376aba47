//! Where the generated code finds the runtime crate.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// The path of the `stream-handler` crate, as the user's crate sees it.
pub(crate) enum Runtime {
    /// `::stream_handler`: what it is called unless the user renames it.
    Default,
    /// What `crate = …` says.
    Renamed(syn::Path),
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Default => tokens.extend(quote!(::stream_handler)),
            Self::Renamed(path) => path.to_tokens(tokens),
        }
    }
}
