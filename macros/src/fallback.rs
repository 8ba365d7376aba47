//! The macro's output if there are errors: all errors, and the user's item, so that other code that
//! uses the item still compiles.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{FnArg, ReturnType, Type};

use crate::{
    errors::Errors,
    expand::{companion, site},
    options::Options,
    parse::{Function, is_condition, is_context, is_ours, is_state, mentions},
    rustc,
};

/// The output for an item that isn't a function, or that can't be parsed. The item's tokens stay
/// unchanged: rustc parses them again, and reports an error at the same place only once.
pub(crate) fn item(item: &TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    quote!(#item #errors)
}

/// The output for a function. Its companion's `batch` has the parameters of the real `batch`, so that
/// calls to it are not reported as errors too.
pub(crate) fn function(function: &Function, options: &Options, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    let function = &without_repeated_errors(function);
    if in_impl(function) {
        return quote!(#function #errors);
    }
    let mut inputs = function.signature.inputs.iter();
    let record = match inputs.next() {
        Some(FnArg::Typed(record)) if nameable(function, &record.ty) => owned_type(&record.ty),
        _ => quote!(()),
    };
    let name = &function.signature.ident;
    let visibility = &function.visibility;
    let site = site(name);
    let runtime = options.runtime.at(site);
    let shared = inputs.filter_map(|input| match input {
        FnArg::Typed(input)
            if !input
                .attrs
                .iter()
                .any(|attr| is_context(attr) || is_state(attr)) =>
        {
            let conditions = input.attrs.iter().filter(|attr| is_condition(attr));
            Some(quote_spanned!(site=> #(#conditions)* _: impl ::core::marker::Sized))
        }
        _ => None,
    });
    let batch = quote_spanned! {site=>
        #visibility async fn batch(
            _: #runtime::LambdaEvent<#runtime::Batch<#record>>,
            #(#shared),*
        ) -> ::core::result::Result<#runtime::BatchResponse, #runtime::BatchError> {
            ::core::unreachable!()
        }
    };
    let companion = companion(function, name, &batch);
    quote!(#function #companion #errors)
}

/// The function without the tokens that rustc or this macro would report a second time.
fn without_repeated_errors(function: &Function) -> Function {
    let mut function = function.clone();
    function.attributes.retain(|attribute| !is_ours(attribute));
    function.signature.constness = None;
    function.signature.variadic = None;
    if !function.has_body {
        function.body = quote!({ ::core::unreachable!() });
        if mentions(function.signature.output.to_token_stream(), &["impl"]) {
            function.signature.output = ReturnType::Default;
        }
    }
    function
}

/// Whether the function must be in an `impl` or a trait. A type can't be declared there.
fn in_impl(function: &Function) -> bool {
    let signature = &function.signature;
    signature.receiver().is_some() || mentions(signature.to_token_stream(), &["Self"])
}

/// Whether a type from the function's signature can be written in another function's signature.
fn nameable(function: &Function, ty: &Type) -> bool {
    function.signature.generics.params.is_empty()
        && !mentions(ty.to_token_stream(), &["impl"])
        && !rustc::rejects_type(ty, &function.signature.generics)
}

/// The type without its reference; `()` if the type behind the reference can't be owned.
fn owned_type(ty: &Type) -> TokenStream {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => slice.elem.to_token_stream(),
            Type::Path(path) => path.to_token_stream(),
            _ => quote!(()),
        },
        ty => ty.to_token_stream(),
    }
}

#[cfg(test)]
mod tests;
