//! Generates the output: the unchanged record handler, and a companion type of the same name whose
//! `batch` passes the whole batch to the runtime. The generated code makes no decisions.
//!
//! ```text
//! #[stream_handler]
//! async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), DbError> { … }
//! ```
//!
//! becomes (`…` stands for `::stream_handler`; `expand/snapshots` has the full code)
//!
//! ```text
//! async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), DbError> { … }
//!
//! /// The batch handler of the function [`on_order`](fn@on_order).
//! #[non_exhaustive]
//! struct on_order {}
//!
//! impl on_order {
//!     /// Handles one event: the handler `lambda_runtime` wants.
//!     async fn batch(
//!         event: …::LambdaEvent<…::Batch<KinesisRecord<Json<Order>>>>,
//!         db: &Db,
//!     ) -> ::core::result::Result<…::BatchResponse, …::BatchError> {
//!         let (batch, context) = event.into_parts();
//!         let record = …::__private::record::<KinesisRecord<Json<Order>>, _>();
//!         let handler = …::__private::handler::<Result<(), DbError>, _, _, _, _>(
//!             record,
//!             |record| on_order(record, …::__private::shared::<&Db>(&db)),
//!         );
//!         let settings = …::__private::Settings::new();
//!         let dead_letter = …::__private::no_dead_letter();
//!         …::__private::process(batch, &context, handler, settings, dead_letter).await
//!     }
//! }
//! ```
//!
//! Each of these calls checks one type and has that type's span, so that a mistake is reported once.

mod window;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Attribute, Generics, Meta, Type, spanned::Spanned as _};

use crate::{
    options::{Margin, Options, Set},
    parse::Function,
    signature::{Handler, Parameter},
};

/// The function and its companion.
pub(crate) fn expand(function: &Function, handler: &Handler<'_>, options: &Options) -> TokenStream {
    let site = site(handler.name);
    let runtime = options.runtime.at(site);
    let parameters = handler.others.iter().filter_map(|other| match other {
        Parameter::Shared { name, ty } => Some(quote!(#name: #ty)),
        Parameter::Context { .. } | Parameter::State { .. } => None,
    });
    let record = handler.record;
    let lifetimes = lifetimes(handler.generics);
    let visibility = &function.visibility;
    let call = call(handler, options, site);
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

/// The call into the runtime.
fn call(handler: &Handler<'_>, options: &Options, site: Span) -> TokenStream {
    // Each type is checked by a call of its own, which has the type's span. So a mistake is reported
    // once, at the type.
    let record = handler.record;
    let at = site.located_at(record.span());
    let runtime = options.runtime.at(at);
    let record = quote_spanned!(at=> #runtime::__private::record::<#record, _>());
    let settings = settings(options, site);
    let dead_letter = dead_letter(handler, options, site);
    let runtime = options.runtime.at(site);
    if let Some((state, close)) = handler.state().zip(options.window.as_ref()) {
        let at = site.located_at(state.span());
        let state = {
            let runtime = options.runtime.at(at);
            quote_spanned!(at=> #runtime::__private::state::<#state>())
        };
        let fold = window::fold(handler, options, site);
        let close = window::close(close, handler, options, site);
        return quote_spanned! {site=>
            let record = #record;
            let state = #state;
            let close = #close;
            let handler = #fold;
            let settings = #settings;
            let dead_letter = #dead_letter;
            #runtime::__private::process_window(
                batch, &context, handler, state, close, settings, dead_letter,
            )
            .await
        };
    }
    let function = function(handler, options, site);
    let process = match &options.concurrency {
        // Without `concurrency`, the concurrent code is not even compiled.
        Some(Set { value, .. }) if *value > 1 => quote_spanned! {site=>
            #runtime::__private::process_concurrently(
                batch, &context, handler, settings, dead_letter, #value,
            )
        },
        _ => quote_spanned! {site=>
            #runtime::__private::process(batch, &context, handler, settings, dead_letter)
        },
    };
    quote_spanned! {site=>
        let record = #record;
        let handler = #function;
        let settings = #settings;
        let dead_letter = #dead_letter;
        #process.await
    }
}

/// The closure that calls the record handler.
fn function(handler: &Handler<'_>, options: &Options, site: Span) -> TokenStream {
    let name = handler.name;
    let arguments = handler
        .others
        .iter()
        .filter_map(|other| argument(other, options, site));
    let call = quote_spanned!(site=> #name(record, #(#arguments),*));
    let future = if handler.is_async {
        call
    } else {
        quote_spanned!(site=> ::core::future::ready(#call))
    };
    let output = &handler.output;
    let at = site.located_at(output.span());
    let runtime = options.runtime.at(at);
    quote_spanned! {at=>
        #runtime::__private::handler::<#output, _, _, _, _>(record, |record| #future)
    }
}

/// The argument for a parameter. `None` for the state, which [`window::fold`] adds itself.
fn argument(parameter: &Parameter<'_>, options: &Options, site: Span) -> Option<TokenStream> {
    match parameter {
        Parameter::Shared { name, ty } => Some(shared(name, ty, options, site)),
        Parameter::Context { ty } => {
            let at = site.located_at(ty.span());
            let runtime = options.runtime.at(at);
            Some(quote_spanned!(at=> #runtime::__private::context::<#ty>(&context)))
        }
        Parameter::State { .. } => None,
    }
}

/// The shared values, as arguments for the dead-letter function or the closing function.
fn all_shared(handler: &Handler<'_>, options: &Options, site: Span) -> TokenStream {
    let values = handler.others.iter().filter_map(|other| match other {
        Parameter::Shared { name, ty } => Some(shared(name, ty, options, site)),
        Parameter::Context { .. } | Parameter::State { .. } => None,
    });
    quote!(#(#values),*)
}

/// A shared value, cloned for one call.
fn shared(name: &Ident, ty: &Type, options: &Options, site: Span) -> TokenStream {
    let at = site.located_at(ty.span());
    let runtime = options.runtime.at(at);
    quote_spanned!(at=> #runtime::__private::shared::<#ty>(&#name))
}

/// The options that were set. The observer's call has the span of its path, so errors underline it.
fn settings(options: &Options, site: Span) -> TokenStream {
    let runtime = options.runtime.at(site);
    let mut settings = quote_spanned!(site=> #runtime::__private::Settings::new());
    let mut set = |call: TokenStream| settings.extend(call);
    if let Some(Set { value, .. }) = &options.record_timeout {
        set(quote_spanned!(site=> .record_timeout(#value)));
    }
    match &options.deadline_margin {
        Some(Margin::Milliseconds(margin)) => set(quote_spanned!(site=> .deadline_margin(#margin))),
        Some(Margin::Off) => set(quote_spanned!(site=> .deadline_off())),
        None => {}
    }
    if let Some(Set { value: true, .. }) = &options.undecodable_is_permanent {
        set(quote_spanned!(site=> .undecodable_is_permanent()));
    }
    if options.fail_if_none_processed {
        set(quote_spanned!(site=> .fail_if_none_processed()));
    }
    if let Some(path) = &options.observer {
        let at = site.located_at(path.span());
        set(quote_spanned!(at=> .observer(&#path)));
    }
    settings
}

/// The call of the dead-letter function. It has the span of the function's path, so errors underline
/// that path.
fn dead_letter(handler: &Handler<'_>, options: &Options, site: Span) -> TokenStream {
    let Some(path) = &options.dead_letter else {
        let runtime = options.runtime.at(site);
        return quote_spanned!(site=> #runtime::__private::no_dead_letter());
    };
    let at = site.located_at(path.span());
    let shared = all_shared(handler, options, site);
    let runtime = options.runtime.at(at);
    quote_spanned! {at=>
        #runtime::__private::dead_letter(|letter| {
            let sending = #path(letter, #shared);
            async move { #runtime::__private::sent(sending.await) }
        })
    }
}

/// `struct name {}` and its `impl`. Because of the braces, the name is only in the type namespace, so
/// the function can have the same name.
pub(crate) fn companion(function: &Function, name: &Ident, items: &TokenStream) -> TokenStream {
    let site = site(name);
    let visibility = &function.visibility;
    let attributes: Vec<_> = function.attributes.iter().filter_map(follows).collect();
    // An `impl` can't be deprecated, so without this its use of the deprecated type would warn.
    let deprecated = function
        .attributes
        .iter()
        .any(|attr| attr.path().is_ident("deprecated"));
    let deprecated = deprecated.then(|| quote!(#[allow(deprecated)]));
    let mut name = name.clone();
    name.set_span(site);
    let doc = format!(" The batch handler of the function [`{name}`](fn@{name}).");
    quote_spanned! {site=>
        #(#attributes)*
        #[doc = #doc]
        #[non_exhaustive]
        #visibility struct #name {}

        #(#attributes)*
        #deprecated
        impl #name {
            #items
        }
    }
}

/// The span of generated code. Its location is the function's name, where warnings should appear. Its
/// hygiene is the macro's, so that its variables don't clash with the user's and lints recognise it
/// as generated.
pub(crate) fn site(name: &Ident) -> Span {
    Span::mixed_site().located_at(name.span())
}

/// The companion's copy of an attribute of the function. Conditions, deprecation, `doc(hidden)` and
/// allowed lints apply to both; other attributes give `None`.
fn follows(attribute: &Attribute) -> Option<TokenStream> {
    let path = attribute.path();
    let hidden =
        || matches!(&attribute.meta, Meta::List(list) if list.tokens.to_string() == "hidden");
    if ["cfg", "deprecated", "allow"]
        .iter()
        .any(|name| path.is_ident(name))
        || path.is_ident("doc") && hidden()
    {
        return Some(attribute.to_token_stream());
    }
    // The expected lint may fire only in the function, so the companion merely allows it.
    match &attribute.meta {
        Meta::List(list) if path.is_ident("expect") => {
            let lints = &list.tokens;
            Some(quote!(#[allow(#lints)]))
        }
        _ => None,
    }
}

/// The generic parameters, `<'a, 'b: 'a>`. Other parameters than lifetimes were rejected before.
fn lifetimes(generics: &Generics) -> TokenStream {
    let lifetimes: Vec<_> = generics.lifetimes().collect();
    if lifetimes.is_empty() {
        TokenStream::new()
    } else {
        quote!(<#(#lifetimes),*>)
    }
}

#[cfg(test)]
mod tests;
