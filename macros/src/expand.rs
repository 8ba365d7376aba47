//! What a handler becomes: itself, and a companion type of the same name whose `batch` hands the
//! whole batch to the runtime. The generated code decides nothing.
//!
//! ```ignore
//! #[stream_handler]
//! async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), DbError> { … }
//! ```
//!
//! becomes
//!
//! ```ignore
//! async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), DbError> { … }
//!
//! struct on_order {}
//!
//! impl on_order {
//!     async fn batch(
//!         event: LambdaEvent<Batch<KinesisRecord<Json<Order>>>>,
//!         db: &Db,
//!     ) -> Result<BatchResponse, BatchError> {
//!         let (batch, context) = event.into_parts();
//!         process::<KinesisRecord<Json<Order>>, Result<(), DbError>, _, _>(
//!             batch,
//!             |record| on_order(record, shared::<&Db>(&db)),
//!         )
//!         .await
//!     }
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Generics, spanned::Spanned as _};

use crate::{
    options::Options,
    parse::Function,
    signature::{Handler, Parameter},
};

/// The function and its companion.
pub(crate) fn expand(function: &Function, handler: &Handler<'_>, options: &Options) -> TokenStream {
    let runtime = &options.runtime;
    // Generated code stands at the function's name, where warnings about it belong, with the
    // macro's own hygiene: its locals meet none of the user's, and lints know it for generated.
    let site = Span::mixed_site().located_at(handler.name.span());
    let parameters = handler.others.iter().filter_map(|other| match other {
        Parameter::Shared { name, ty } => Some(quote!(#name: #ty)),
        Parameter::Context { .. } => None,
    });
    let record = handler.record;
    let lifetimes = lifetimes(handler.generics);
    let visibility = &function.visibility;
    let call = call(handler, runtime, site);
    let batch = quote_spanned! {site=>
        /// Handles one event: the handler `lambda_runtime` wants.
        #visibility async fn batch #lifetimes (
            event: #runtime::LambdaEvent<#runtime::Batch<#record>>,
            #(#parameters,)*
        ) -> ::core::result::Result<#runtime::BatchResponse, #runtime::BatchError> {
            let (batch, context) = event.into_parts();
            #call
        }
    };
    let companion = companion(function, handler.name, &batch);
    quote!(#function #companion)
}

/// The one call into the runtime.
fn call(handler: &Handler<'_>, runtime: &impl ToTokens, site: Span) -> TokenStream {
    let name = handler.name;
    let arguments = handler.others.iter().map(|other| match other {
        Parameter::Shared { name, ty } => {
            let at = site.located_at(ty.span());
            quote_spanned!(at=> #runtime::__private::shared::<#ty>(&#name))
        }
        Parameter::Context { ty } => {
            let at = site.located_at(ty.span());
            quote_spanned!(at=> #runtime::__private::context::<#ty>(&context))
        }
    });
    let call = quote_spanned!(site=> #name(record, #(#arguments),*));
    let future = if handler.is_async {
        call
    } else {
        quote_spanned!(site=> ::core::future::ready(#call))
    };
    let (record, output) = (handler.record, &handler.output);
    quote_spanned! {site=>
        #runtime::__private::process::<#record, #output, _, _>(batch, |record| #future)
            .await
    }
}

/// `struct name {}` and its `impl`. Braces put the type in the type namespace alone, so that it
/// shares its name with the function.
pub(crate) fn companion(function: &Function, name: &Ident, items: &TokenStream) -> TokenStream {
    let site = Span::mixed_site().located_at(name.span());
    let visibility = &function.visibility;
    let conditions: Vec<_> = conditions(&function.attributes).collect();
    let mut name = name.clone();
    name.set_span(site);
    let doc = format!("The batch handler of the function [`{name}`](fn@{name}).");
    quote_spanned! {site=>
        #(#conditions)*
        #[doc = #doc]
        #visibility struct #name {}

        #(#conditions)*
        impl #name {
            #items
        }
    }
}

/// `#[cfg]` on the function holds for its companion too.
fn conditions(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
}

/// `<'a, 'b: 'a>`: signatures allow no other parameters.
fn lifetimes(generics: &Generics) -> TokenStream {
    let lifetimes: Vec<_> = generics.lifetimes().collect();
    if lifetimes.is_empty() {
        TokenStream::new()
    } else {
        quote!(<#(#lifetimes),*>)
    }
}
