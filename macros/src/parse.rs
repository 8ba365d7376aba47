//! Parses the annotated item, except for the function's body: rustc reports the errors of an
//! incomplete body itself.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, Signature, Token, Visibility,
    parse::{ParseStream, Parser as _},
    token::Brace,
};

use crate::errors::Errors;

/// The annotated function. Its body stays unparsed.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
    /// False for a declaration that ends in `;`.
    pub(crate) has_body: bool,
}

impl Function {
    /// Parses a function. For any other item it adds an error and returns `None`.
    pub(crate) fn parse(item: TokenStream, errors: &mut Errors) -> Option<Self> {
        match parse.parse2(item) {
            Ok(Ok(function)) => Some(function),
            Ok(Err(keyword)) => {
                errors.push(syn::Error::new(
                    keyword,
                    "`#[stream_handler]` can only be applied to functions",
                ));
                None
            }
            // rustc parses the item before it calls the macro, and has reported the error.
            Err(_) => None,
        }
    }
}

/// Parses the function. For another item, returns `Ok(Err(span))` with the span of its keyword.
fn parse(input: ParseStream<'_>) -> syn::Result<Result<Function, Span>> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    if let Some(keyword) = other_item(input) {
        let _rest: TokenStream = input.parse()?;
        return Ok(Err(keyword));
    }
    let signature = input.parse()?;
    let body: TokenStream = input.parse()?;
    let has_body = !matches!(
        body.clone().into_iter().next(),
        Some(TokenTree::Punct(punct)) if punct.as_char() == ';'
    );
    Ok(Ok(Function {
        attributes,
        visibility,
        signature,
        body,
        has_body,
    }))
}

/// The keyword of an item that isn't a function: the first token that can't be before `fn`.
fn other_item(input: ParseStream<'_>) -> Option<Span> {
    let fork = input.fork();
    let mut external = None;
    while !fork.is_empty() {
        if fork.peek(Token![fn]) {
            return None;
        }
        let qualifier = fork.peek(Token![const]) && fork.peek2(Token![fn])
            || fork.peek(Token![const]) && fork.peek2(Token![async])
            || fork.peek(Token![const]) && fork.peek2(Token![unsafe])
            || fork.peek(Token![const]) && fork.peek2(Token![extern])
            || fork.peek(Token![async])
            || fork.peek(Token![unsafe])
            || fork.peek(Token![extern])
            || fork.peek(syn::LitStr);
        if !qualifier {
            // `extern { … }` or `extern crate …`.
            let external = external.filter(|_| fork.peek(Brace) || fork.peek(Token![crate]));
            return Some(external.unwrap_or_else(|| fork.span()));
        }
        if fork.peek(Token![extern]) {
            external = Some(fork.span());
        }
        let _: TokenTree = fork.parse().ok()?;
    }
    None
}

impl ToTokens for Function {
    /// The function as the user wrote it, without `#[context]` and `#[state]`. They are known only to
    /// this macro, and rustc would reject them.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut signature = self.signature.clone();
        for input in &mut signature.inputs {
            if let syn::FnArg::Typed(input) = input {
                input
                    .attrs
                    .retain(|attribute| !is_context(attribute) && !is_state(attribute));
            }
        }
        for attribute in &self.attributes {
            attribute.to_tokens(tokens);
        }
        self.visibility.to_tokens(tokens);
        signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// Whether an attribute is `#[context]`.
pub(crate) fn is_context(attribute: &Attribute) -> bool {
    attribute.path().is_ident("context")
}

/// Whether an attribute is `#[state]`.
pub(crate) fn is_state(attribute: &Attribute) -> bool {
    attribute.path().is_ident("state")
}

/// Whether an attribute is `#[cfg(…)]`.
pub(crate) fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
}

/// Whether an attribute is `#[stream_handler]`, under any path.
pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|segment| segment.ident == "stream_handler")
}

/// Whether the tokens contain one of the words.
pub(crate) fn mentions(tokens: TokenStream, words: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        TokenTree::Group(group) => mentions(group.stream(), words),
        _ => false,
    })
}

#[cfg(test)]
mod tests;
