//! What comes out when something is wrong: the user's item, so that nothing else breaks, and every
//! error.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{FnArg, Type};

use crate::{
    errors::Errors,
    expand::companion,
    options::Options,
    parse::{Function, is_context},
};

/// For an item that isn't a function.
pub(crate) fn item(item: &TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    quote!(#item #errors)
}

/// For a function: with a companion whose `batch` takes what the real one would, so that the calls
/// of it are not errors as well.
pub(crate) fn function(function: &Function, options: &Options, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    let mut inputs = function.signature.inputs.iter();
    let record = match inputs.next() {
        // Inside an `impl`, where no type can stand beside the function.
        Some(FnArg::Receiver(_)) => return quote!(#function #errors),
        Some(FnArg::Typed(record)) if nameable(function, &record.ty) => by_value(&record.ty),
        _ => quote!(()),
    };
    let shared: Vec<_> = inputs
        .filter(|input| matches!(input, FnArg::Typed(input) if !input.attrs.iter().any(is_context)))
        .enumerate()
        .map(|(index, _)| format_ident!("S{index}"))
        .collect();

    let runtime = &options.runtime;
    let name = &function.signature.ident;
    let visibility = &function.visibility;
    let site = Span::mixed_site().located_at(name.span());
    let batch = quote_spanned! {site=>
        #visibility async fn batch<#(#shared),*>(
            _: #runtime::LambdaEvent<#runtime::Batch<#record>>,
            #(_: #shared),*
        ) -> ::core::result::Result<#runtime::BatchResponse, #runtime::BatchError> {
            ::core::unreachable!()
        }
    };
    let companion = companion(function, name, &batch);
    quote!(#function #companion #errors)
}

/// Whether a type of the function's signature means the same outside of it.
fn nameable(function: &Function, ty: &Type) -> bool {
    let generic = !function.signature.generics.params.is_empty();
    let owned =
        |ty: TokenTree| matches!(ty, TokenTree::Ident(word) if word == "Self" || word == "impl");
    !generic && !ty.to_token_stream().into_iter().any(owned)
}

fn by_value(mut ty: &Type) -> TokenStream {
    while let Type::Reference(reference) = ty {
        ty = &reference.elem;
    }
    ty.to_token_stream()
}
