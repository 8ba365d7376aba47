//! The calls that only a record handler with a tumbling window has.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Path, spanned::Spanned as _};

use super::{all_shared, argument};
use crate::{
    options::Options,
    signature::{Handler, Parameter},
};

/// The closure that calls the record handler. It takes the state and returns it with the output. All
/// other arguments are made before the future, so that the future owns them.
pub(super) fn fold(handler: &Handler<'_>, options: &Options, site: Span) -> TokenStream {
    let name = handler.name;
    let mut others = Vec::new();
    let mut arguments = Vec::new();
    for parameter in &handler.others {
        if let Some(other) = argument(parameter, options, site) {
            let index = Literal::usize_unsuffixed(others.len());
            arguments.push(quote_spanned!(site=> others.#index));
            others.push(other);
        } else if let Parameter::State { ty } = parameter {
            let at = site.located_at(ty.span());
            arguments.push(quote_spanned!(at=> &mut state));
        }
    }
    let others = (!others.is_empty()).then(|| quote_spanned!(site=> let others = (#(#others,)*);));
    let wait = handler.is_async.then(|| quote!(.await));
    let output = &handler.output;
    let at = site.located_at(output.span());
    let runtime = options.runtime.at(at);
    quote_spanned! {at=>
        #runtime::__private::fold::<#output, _, _, _, _, _>(record, &state, |record, mut state| {
            #others
            async move {
                let output = #name(record, #(#arguments),*) #wait;
                (output, state)
            }
        })
    }
}

/// The call of the closing function. It has the span of the function's path, so errors underline that
/// path.
pub(super) fn close(
    path: &Path,
    handler: &Handler<'_>,
    options: &Options,
    site: Span,
) -> TokenStream {
    let at = site.located_at(path.span());
    let runtime = options.runtime.at(at);
    let shared = all_shared(handler, options, site);
    quote_spanned! {at=>
        #runtime::__private::close(&record, &state, |window| {
            let closing = #path(window, #shared);
            async move { #runtime::__private::closed(closing.await) }
        })
    }
}
