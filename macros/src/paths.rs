//! Where the generated code finds the runtime crate.

use proc_macro2::{Ident, Span, TokenStream};
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
    /// The path's tokens, standing at `site`.
    ///
    /// All of a generated call must stand at one place: rustc then sees that the errors of its
    /// parts are one, and reports it once, at the user's type.
    pub(crate) fn at(&self, site: Span) -> TokenStream {
        let path = match self {
            Self::Default => return quote_spanned!(site=> ::stream_handler),
            Self::Renamed(path) => path,
        };
        let leading = path.leading_colon.map(|_| quote_spanned!(site=> ::));
        let segments = path.segments.iter().map(|segment| {
            let mut name: Ident = segment.ident.clone();
            // Resolved where the user wrote it, reported at `site`.
            name.set_span(segment.ident.span().located_at(site));
            name.to_token_stream()
        });
        quote_spanned!(site=> #leading #(#segments)::*)
    }
}
