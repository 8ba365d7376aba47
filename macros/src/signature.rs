//! The rules of a handler's signature, each checked at the narrowest token. What needs types is
//! left to the type system.

mod types;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{
    Attribute, FnArg, GenericParam, Generics, Meta, Pat, PatIdent, PatType, ReturnType, Safety,
    Signature, Type, spanned::Spanned as _,
};

use crate::{
    errors::Errors,
    parse::{Function, is_condition, is_context, is_ours, is_state, mentions},
};

pub(crate) use types::strip_groups;
use types::{by_value, concrete, exclusive, invocation_bound, owned, pretty, shareable};

/// What a handler looks like, for the messages that need an example.
const USAGE: &str = "async fn on_order(order: KinesisRecord<Json<Order>>) -> Result<(), Error>";

/// A function whose signature can be a handler's.
pub(crate) struct Handler<'f> {
    pub(crate) name: &'f Ident,
    pub(crate) generics: &'f Generics,
    pub(crate) record: &'f Type,
    /// The parameters after the record, in order.
    pub(crate) others: Vec<Parameter<'f>>,
    /// The return type; `()` at the closing parenthesis if the user wrote none.
    pub(crate) output: TokenStream,
    pub(crate) is_async: bool,
}

pub(crate) enum Parameter<'f> {
    /// Passed through `batch`, cloned for each record.
    Shared {
        /// The user's name for it, so that documentation and editors show it.
        name: Ident,
        ty: &'f Type,
    },
    /// Filled with the invocation's context.
    Context { ty: &'f Type },
    /// The state of a tumbling window: what is behind the `&mut`.
    State { ty: &'f Type },
}

/// Which parameter is for the state of a tumbling window.
pub(crate) enum StateParameter<'f> {
    /// One is marked `#[state]`, rightly or not.
    Marked(&'f Attribute),
    /// None is marked, but one is `&mut`.
    Meant,
    Missing,
}

impl<'f> StateParameter<'f> {
    pub(crate) fn of(signature: &'f Signature) -> Self {
        let typed = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(parameter) => Some(parameter),
            FnArg::Receiver(_) => None,
        });
        let mut attributes = typed.clone().flat_map(|parameter| &parameter.attrs);
        let is_mut = |parameter: &PatType| match strip_groups(&parameter.ty) {
            Type::Reference(reference) => reference.mutability.is_some(),
            _ => false,
        };
        match attributes.find(|attribute| is_state(attribute)) {
            Some(attribute) => Self::Marked(attribute),
            None if typed.skip(1).any(is_mut) => Self::Meant,
            None => Self::Missing,
        }
    }
}

impl<'f> Handler<'f> {
    /// Checks every rule. `None` when there is no parameter to take for the record.
    pub(crate) fn check(function: &'f Function, errors: &mut Errors) -> Option<Self> {
        let signature = &function.signature;
        attributes(&function.attributes, errors);
        qualifiers(signature, errors);
        generics(&signature.generics, errors);
        let parameters = parameters(signature, errors);
        output(&signature.output, errors);
        where_clause(&signature.generics, errors);
        if !function.has_body {
            errors.at(
                signature,
                "a handler needs a body: write `{ … }` in place of `;`",
            );
        }

        let (&record, others) = parameters.split_first()?;
        Some(Self {
            name: &signature.ident,
            generics: &signature.generics,
            record: &record.ty,
            others: others
                .iter()
                .enumerate()
                .map(|(index, parameter)| classify(index, parameter, &signature.ident))
                .collect(),
            output: match &signature.output {
                ReturnType::Type(_, ty) => ty.to_token_stream(),
                ReturnType::Default => quote_spanned!(signature.paren_token.span.close()=> ()),
            },
            is_async: signature.asyncness.is_some(),
        })
    }
}

impl<'f> Handler<'f> {
    /// The type of a window's state.
    pub(crate) fn state(&self) -> Option<&'f Type> {
        self.others.iter().find_map(|other| match other {
            Parameter::State { ty } => Some(*ty),
            _ => None,
        })
    }
}

/// The attributes after this one; those before it have done their work.
fn attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes {
        let path = attribute.path();
        if is_ours(attribute) {
            errors.at(
                attribute,
                "`#[stream_handler]` stands twice on this function: remove one, and put all \
                 options into the other",
            );
        } else if path
            .segments
            .last()
            .is_some_and(|last| last.ident == "main")
        {
            let path = pretty(&path.to_token_stream());
            errors.at(
                attribute,
                format_args!(
                    "`#[{path}]` starts a runtime of its own, and a handler runs in that of \
                     `main`: remove it here"
                ),
            );
        }
    }
}

fn qualifiers(signature: &Signature, errors: &mut Errors) {
    if let Some(token) = &signature.constness {
        errors.at(token, "a handler can't be `const`: remove the keyword");
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(
            token,
            "a handler can't be `unsafe`: it is called by safe code; use an `unsafe` block inside",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.at(
            abi,
            "a handler can't be `extern`: it is called from Rust; remove the ABI",
        );
    }
}

fn generics(generics: &Generics, errors: &mut Errors) {
    for parameter in &generics.params {
        let (token, kind) = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(ty) => (ty.to_token_stream(), "type"),
            GenericParam::Const(constant) => (constant.to_token_stream(), "const"),
        };
        errors.at(
            token,
            format_args!(
                "a handler can't have {kind} parameters: Lambda calls one concrete function; \
                 name the type, or call a generic function from the handler"
            ),
        );
    }
}

fn where_clause(generics: &Generics, errors: &mut Errors) {
    if let Some(clause) = &generics.where_clause {
        errors.at(
            clause,
            "a handler can't have a `where` clause: Lambda calls one concrete function; \
             put the bounds on a function that the handler calls",
        );
    }
}

/// Checks the parameters and returns those that are not `self`.
fn parameters<'f>(signature: &'f Signature, errors: &mut Errors) -> Vec<&'f PatType> {
    let mut typed = Vec::new();
    let (mut has_context, mut has_state) = (false, false);
    for input in &signature.inputs {
        let parameter = match input {
            FnArg::Receiver(receiver) => {
                errors.at(
                    receiver,
                    "a handler is a free function, without `self`: \
                     take shared values as parameters after the record",
                );
                continue;
            }
            FnArg::Typed(parameter) => parameter,
        };
        for attribute in &parameter.attrs {
            if is_context(attribute) {
                mark(&CONTEXT, attribute, typed.is_empty(), has_context, errors);
                has_context = true;
            } else if is_state(attribute) {
                mark(&STATE, attribute, typed.is_empty(), has_state, errors);
                if parameter.attrs.iter().any(is_context) {
                    errors.at(
                        attribute,
                        "a parameter can't be both `#[context]` and `#[state]`: remove one of the \
                         two",
                    );
                }
                has_state = true;
            } else if is_condition(attribute) {
                errors.at(
                    attribute,
                    "a parameter of a handler can't be conditional: write two handlers, \
                     each with a `#[cfg]` of its own",
                );
            }
        }
        let ty = strip_groups(&parameter.ty);
        if typed.is_empty() {
            by_value(ty, errors);
            owned(ty, errors);
        } else if parameter.attrs.iter().any(is_context) {
            invocation_bound(ty, errors);
        } else if parameter.attrs.iter().any(is_state) {
            exclusive(ty, errors);
        } else {
            shareable(ty, errors);
        }
        concrete(ty, "take", errors);
        typed.push(parameter);
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "a handler can't take variadic arguments");
    }
    if typed.is_empty() && signature.receiver().is_none() {
        errors.push(syn::Error::new(
            signature.paren_token.span.join(),
            format_args!("a handler needs a parameter for the record, as in `{USAGE}`"),
        ));
    }
    typed
}

/// An attribute of one parameter: its name, and an example.
struct Mark(&'static str, &'static str);

const CONTEXT: Mark = Mark("#[context]", "#[context] context: &Context");
const STATE: Mark = Mark("#[state]", "#[state] totals: &mut Totals");

fn mark(
    Mark(name, usage): &Mark,
    attribute: &Attribute,
    on_record: bool,
    is_second: bool,
    errors: &mut Errors,
) {
    if !matches!(attribute.meta, Meta::Path(_)) {
        errors.at(
            attribute,
            format_args!("`{name}` takes no value: write just `{name}`"),
        );
    } else if on_record {
        errors.at(
            attribute,
            format_args!(
                "the first parameter is the record: put `{name}` on a later one, as in `{usage}`"
            ),
        );
    } else if is_second {
        errors.at(
            attribute,
            format_args!("only one parameter can be `{name}`: remove one of the two"),
        );
    }
}

fn output(output: &ReturnType, errors: &mut Errors) {
    let ReturnType::Type(_, ty) = output else {
        return;
    };
    match strip_groups(ty) {
        ty @ Type::ImplTrait(opaque) if mentions(opaque.to_token_stream(), &["Future"]) => {
            errors.at(
                ty,
                "write `async fn` with the future's output as the return type, \
                 in place of `-> impl Future`",
            );
        }
        // As a type argument, which the checks in the runtime make of it, it is unstable.
        ty @ Type::Never(_) => errors.at(
            ty,
            "a handler has to return, to tell that the record is done: write `()` or \
             `Result<(), E>` in place of `!`",
        ),
        ty => concrete(ty, "return", errors),
    }
}

fn classify<'f>(index: usize, parameter: &'f PatType, function: &Ident) -> Parameter<'f> {
    let ty = &*parameter.ty;
    if parameter.attrs.iter().any(is_context) {
        return Parameter::Context { ty };
    }
    if parameter.attrs.iter().any(is_state) {
        let ty = match strip_groups(ty) {
            Type::Reference(reference) => strip_groups(&reference.elem),
            // A mistake, so this goes no further.
            ty => ty,
        };
        return Parameter::State { ty };
    }
    let name = match &*parameter.pat {
        // A parameter called like the function would hide it from the generated call.
        Pat::Ident(PatIdent {
            ident,
            subpat: None,
            ..
        }) if ident != function => ident.clone(),
        pattern => Ident::new(
            &format!("shared_{}", index + 1),
            Span::mixed_site().located_at(pattern.span()),
        ),
    };
    Parameter::Shared { name, ty }
}

#[cfg(test)]
mod tests;
