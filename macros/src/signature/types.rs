//! The rules of the types in a signature, as far as they can be told from the tokens.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::{Lifetime, Type, visit::Visit};

use crate::errors::Errors;

const BORROWS: &str = "a record is decoded for the handler, and can't borrow what it holds: \
                       write an owned type, such as `String` for `&str`";

/// The record is taken by value: it is decoded for this call and belongs to it.
pub(super) fn by_value(ty: &Type, errors: &mut Errors) {
    let Type::Reference(reference) = ty else {
        return;
    };
    match &*reference.elem {
        Type::Slice(slice) => errors.at(
            ty,
            format_args!(
                "a handler takes one record at a time, by value: write `{}`",
                pretty(&slice.elem.to_token_stream())
            ),
        ),
        inner => errors.at(
            ty,
            format_args!(
                "take the record by value: write `{}`",
                pretty(&inner.to_token_stream())
            ),
        ),
    }
}

/// A record is decoded for the call, so what it borrows would have to live elsewhere.
pub(super) fn owned(ty: &Type, errors: &mut Errors) {
    struct Finder<'e>(&'e mut Errors);
    impl<'ast> Visit<'ast> for Finder<'_> {
        fn visit_type_reference(&mut self, ty: &'ast syn::TypeReference) {
            self.0.at(ty, BORROWS);
        }
        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            if lifetime.ident != "static" {
                self.0.at(lifetime, BORROWS);
            }
        }
        // What a function takes, it needn't own.
        fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
        fn visit_parenthesized_generic_arguments(
            &mut self,
            _: &'ast syn::ParenthesizedGenericArguments,
        ) {
        }
    }
    // A reference to the record has a message of its own.
    let ty = match ty {
        Type::Reference(reference) => &*reference.elem,
        ty => ty,
    };
    Finder(errors).visit_type(ty);
}

/// The context lives as long as one invocation, which no lifetime of the signature can name.
pub(super) fn invocation_bound(ty: &Type, errors: &mut Errors) {
    if let Type::Reference(reference) = ty {
        if let Some(lifetime) = &reference.lifetime {
            errors.at(
                lifetime,
                "the context lives only as long as the invocation: write `&Context`, \
                 without a lifetime",
            );
        }
    }
}

/// The state is changed in place, in a copy that lives as long as the call.
pub(super) fn exclusive(ty: &Type, errors: &mut Errors) {
    let example = match ty {
        Type::Reference(reference) if reference.mutability.is_some() => {
            if let Some(lifetime) = &reference.lifetime {
                errors.at(
                    lifetime,
                    "the state is lent for one call: write `&mut`, without a lifetime",
                );
            }
            return;
        }
        Type::Reference(reference) => &*reference.elem,
        ty => ty,
    };
    let example = pretty(&example.to_token_stream());
    errors.at(
        ty,
        format_args!(
            "the state is changed in place, and kept when the record is done: write \
             `&mut {example}`"
        ),
    );
}

/// A shared value goes to every record, so no one of them can have it to itself.
pub(super) fn shareable(ty: &Type, errors: &mut Errors) {
    if let Type::Reference(reference) = ty {
        if reference.mutability.is_some() {
            let inner = pretty(&reference.elem.to_token_stream());
            errors.at(
                ty,
                format_args!(
                    "a shared parameter can't be `&mut`, since every record gets it: \
                     write `&{inner}`, with what changes in a `Mutex` or an atomic; or, if it is \
                     the state of a tumbling window, `#[state]` before it"
                ),
            );
        }
    }
}

/// `impl Trait` and `Self` need an owner that a handler doesn't have. `verb` is what the handler
/// can't do with them.
pub(super) fn concrete(ty: &Type, verb: &'static str, errors: &mut Errors) {
    struct Finder<'e>(&'static str, &'e mut Errors);
    impl<'ast> Visit<'ast> for Finder<'_> {
        fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
            let verb = self.0;
            self.1.at(
                ty,
                format_args!(
                    "a handler can't {verb} `impl Trait`: Lambda calls one concrete function; \
                     name the type"
                ),
            );
        }
        fn visit_ident(&mut self, ident: &'ast Ident) {
            if ident == "Self" {
                self.1.at(
                    ident,
                    "a handler is a free function, without `Self`: name the type",
                );
            }
        }
    }
    Finder(verb, errors).visit_type(ty);
}

/// Types from `macro_rules!` fragments arrive in invisible groups.
pub(crate) fn strip_groups(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// Tokens as a person would write them, near enough for a message.
pub(super) fn pretty(tokens: &TokenStream) -> String {
    tokens
        .to_string()
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" :: ", "::")
        .replace(" ,", ",")
        .replace("& ", "&")
}
