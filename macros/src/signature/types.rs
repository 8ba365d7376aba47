//! Checks the types in a signature, as far as their tokens show.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::{Lifetime, Type, visit::Visit};

use crate::errors::Errors;

const BORROWS: &str = "a record owns its data and can't borrow: write an owned type, such as \
                       `String` for `&str`";

/// The record must be passed by value: it is decoded for this call.
pub(super) fn check_by_value(ty: &Type, errors: &mut Errors) {
    let Type::Reference(reference) = ty else {
        return;
    };
    match &*reference.elem {
        Type::Slice(slice) => errors.at(
            ty,
            format_args!(
                "a record handler takes one record at a time, by value: write `{}`",
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

/// The record can't borrow: it is decoded for this call, so nothing else owns its data.
pub(super) fn check_owned(ty: &Type, errors: &mut Errors) {
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
        // Parameters of a function type may be references.
        fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}
        fn visit_parenthesized_generic_arguments(
            &mut self,
            _: &'ast syn::ParenthesizedGenericArguments,
        ) {
        }
    }
    // `check_by_value` reports a reference to the record.
    let ty = match ty {
        Type::Reference(reference) => &*reference.elem,
        ty => ty,
    };
    Finder(errors).visit_type(ty);
}

/// The context lives as long as one invocation. No lifetime in the signature can express that.
pub(super) fn check_context(ty: &Type, errors: &mut Errors) {
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

/// The state must be `&mut`: the record handler changes a copy that lives for one call.
pub(super) fn check_state(ty: &Type, errors: &mut Errors) {
    let example = match ty {
        Type::Reference(reference) if reference.mutability.is_some() => {
            if let Some(lifetime) = &reference.lifetime {
                errors.at(
                    lifetime,
                    "the state is borrowed for one call only: write `&mut`, without a lifetime",
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
        format_args!("the record handler changes the state in place: write `&mut {example}`"),
    );
}

/// A shared value can't be `&mut`, because all records share it.
pub(super) fn check_shared(ty: &Type, errors: &mut Errors) {
    if let Type::Reference(reference) = ty {
        if reference.mutability.is_some() {
            let inner = pretty(&reference.elem.to_token_stream());
            errors.at(
                ty,
                format_args!(
                    "a shared parameter can't be `&mut`, because all records share it: write \
                     `&{inner}` and change it through a `Mutex` or an atomic, or mark it \
                     `#[state]` if it is the state of a tumbling window"
                ),
            );
        }
    }
}

/// Rejects `impl Trait` and `Self`. `verb` is `take` for a parameter and `return` for the output.
pub(super) fn check_concrete(ty: &Type, verb: &'static str, errors: &mut Errors) {
    struct Finder<'e>(&'static str, &'e mut Errors);
    impl<'ast> Visit<'ast> for Finder<'_> {
        fn visit_type_impl_trait(&mut self, ty: &'ast syn::TypeImplTrait) {
            let verb = self.0;
            self.1.at(
                ty,
                format_args!(
                    "a record handler can't {verb} `impl Trait`, because Lambda calls one concrete \
                     function: name the type"
                ),
            );
        }
        fn visit_ident(&mut self, ident: &'ast Ident) {
            if ident == "Self" {
                self.1.at(
                    ident,
                    "a record handler is a free function, without `Self`: name the type",
                );
            }
        }
    }
    Finder(verb, errors).visit_type(ty);
}

/// Removes the invisible groups around types that come from `macro_rules!` fragments.
pub(crate) fn strip_groups(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// Tokens as text for an error message, spaced almost as rustfmt would.
pub(super) fn pretty(tokens: &TokenStream) -> String {
    tokens
        .to_string()
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" :: ", "::")
        .replace(" ,", ",")
        .replace("& ", "&")
}
