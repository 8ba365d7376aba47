//! What a handler becomes: itself, and a companion type of the same name whose `batch` hands the
//! whole batch to the runtime. The generated code decides nothing.
//!
//! ```text
//! #[stream_handler]
//! async fn on_order(order: KinesisRecord<Json<Order>>, db: &Db) -> Result<(), DbError> { … }
//! ```
//!
//! becomes (`…` for `::stream_handler`; in full in `expand/snapshots`)
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
//! Each of these calls checks one type, at which it stands, so that a mistake is reported once.

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
    // Each type is checked by a call of its own that stands at the type, so that what is wrong
    // with it is reported there, and once.
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
        // Not even compiled for handlers that don't ask for it.
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

/// The call of the function.
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

/// What a parameter is filled with for one more call; the state is made by each call.
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

/// The shared values for one more call, of another function than the handler.
fn all_shared(handler: &Handler<'_>, options: &Options, site: Span) -> TokenStream {
    let values = handler.others.iter().filter_map(|other| match other {
        Parameter::Shared { name, ty } => Some(shared(name, ty, options, site)),
        Parameter::Context { .. } | Parameter::State { .. } => None,
    });
    quote!(#(#values),*)
}

/// A shared value for one more call.
fn shared(name: &Ident, ty: &Type, options: &Options, site: Span) -> TokenStream {
    let at = site.located_at(ty.span());
    let runtime = options.runtime.at(at);
    quote_spanned!(at=> #runtime::__private::shared::<#ty>(&#name))
}

/// The options that were set. The observer stands at its path, for its errors.
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

/// The call of the dead-letter function. Stands at its path, for its errors.
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

/// `struct name {}` and its `impl`. Braces put the type in the type namespace alone, so that it
/// shares its name with the function.
pub(crate) fn companion(function: &Function, name: &Ident, items: &TokenStream) -> TokenStream {
    let site = site(name);
    let visibility = &function.visibility;
    let attributes: Vec<_> = function.attributes.iter().filter_map(follows).collect();
    // Deprecated things may be used only by what is deprecated, and an `impl` can't be.
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

/// Where generated code stands: at the function's name, where warnings about it belong, with the
/// macro's own hygiene, so that its locals meet none of the user's and lints know it for generated.
pub(crate) fn site(name: &Ident) -> Span {
    Span::mixed_site().located_at(name.span())
}

/// An attribute of the function as its companion has it, if it means something there: what is
/// there under a condition, deprecated, hidden, or excused from a lint is so as a whole.
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
    // What is expected need only happen once, in the function.
    match &attribute.meta {
        Meta::List(list) if path.is_ident("expect") => {
            let lints = &list.tokens;
            Some(quote!(#[allow(#lints)]))
        }
        _ => None,
    }
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

#[cfg(test)]
mod tests;
