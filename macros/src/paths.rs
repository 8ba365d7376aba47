//! Where the generated code finds the runtime crate.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};

/// The path of the `stream-handler` crate, as the user's crate sees it.
#[derive(Default)]
pub(crate) enum Runtime {
    /// `::stream_handler`: what it is called unless the user renames it.
    #[default]
    Default,
    /// What `crate = …` says.
    Renamed(syn::Path),
}

impl Runtime {
    /// The path's tokens: standing at `site`, or where the user wrote them.
    pub(crate) fn at(&self, site: Span) -> TokenStream {
        match self {
            Self::Default => quote_spanned!(site=> ::stream_handler),
            Self::Renamed(path) => path.to_token_stream(),
        }
    }
}
