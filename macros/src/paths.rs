//! The path by which generated code names the `stream-handler` crate.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};

/// The path of the `stream-handler` crate in the user's crate.
#[derive(Default)]
pub(crate) enum CratePath {
    /// `::stream_handler`.
    #[default]
    Default,
    /// The path in the option `crate = …`.
    Renamed(syn::Path),
}

impl CratePath {
    /// The path's tokens. The default path gets the span `site`; a path that the user wrote keeps its
    /// own spans.
    pub(crate) fn at(&self, site: Span) -> TokenStream {
        match self {
            Self::Default => quote_spanned!(site=> ::stream_handler),
            Self::Renamed(path) => path.to_token_stream(),
        }
    }
}
