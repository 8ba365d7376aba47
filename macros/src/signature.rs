//! Checks the signature of a record handler. Each error underlines as few tokens as possible. Rules
//! that need type information are checked by the compiler, with traits of the `stream-handler` crate.

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
use types::{
    check_by_value, check_concrete, check_context, check_owned, check_shared, check_state, pretty,
};

/// An example of a record handler, for error messages.
const USAGE: &str = "async fn on_order(order: KinesisRecord<Json<Order>>) -> Result<(), Error>";

/// The signature of a record handler.
pub(crate) struct Handler<'f> {
    pub(crate) name: &'f Ident,
    pub(crate) generics: &'f Generics,
    pub(crate) record: &'f Type,
    /// The parameters after the record, in order.
    pub(crate) others: Vec<Parameter<'f>>,
    /// The return type. Without one it is `()`, with the span of the closing parenthesis.
    pub(crate) output: TokenStream,
    pub(crate) is_async: bool,
}

pub(crate) enum Parameter<'f> {
    /// A shared value: also a parameter of `batch`, and cloned for each record.
    Shared {
        /// The parameter's name in the record handler. Documentation and editors show it for `batch`.
        name: Ident,
        ty: &'f Type,
    },
    /// The invocation's context.
    Context { ty: &'f Type },
    /// The state of a tumbling window. `ty` is the type behind the `&mut`.
    State { ty: &'f Type },
}

/// Whether a function has a parameter for the state of a tumbling window.
pub(crate) enum StateParameter<'f> {
    /// A parameter is marked `#[state]`. It may be invalid.
    Marked(&'f Attribute),
    /// No parameter is marked, but one is `&mut` and was probably meant.
    Unmarked,
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
            None if typed.skip(1).any(is_mut) => Self::Unmarked,
            None => Self::Missing,
        }
    }
}

impl<'f> Handler<'f> {
    /// Checks all rules. `None` if the function has no parameter for the record.
    pub(crate) fn check(function: &'f Function, errors: &mut Errors) -> Option<Self> {
        let signature = &function.signature;
        check_attributes(&function.attributes, errors);
        check_qualifiers(signature, errors);
        check_generics(&signature.generics, errors);
        let parameters = check_parameters(signature, errors);
        check_output(&signature.output, errors);
        check_where_clause(&signature.generics, errors);
        if !function.has_body {
            errors.at(
                signature,
                "a record handler needs a body: write `{ … }` in place of `;`",
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

/// Checks the attributes below `#[stream_handler]`. Attributes above it were expanded before.
fn check_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes {
        let path = attribute.path();
        if is_ours(attribute) {
            errors.at(
                attribute,
                "`#[stream_handler]` is on this function twice: remove one, and put all options \
                 into the other",
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
                    "`#[{path}]` starts a second runtime, but a record handler runs in the runtime \
                     of `main`: remove it here"
                ),
            );
        }
    }
}

fn check_qualifiers(signature: &Signature, errors: &mut Errors) {
    if let Some(token) = &signature.constness {
        errors.at(
            token,
            "a record handler can't be `const`: remove the keyword",
        );
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(
            token,
            "a record handler can't be `unsafe`, because safe code calls it: use an `unsafe` block \
             inside",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.at(
            abi,
            "a record handler can't be `extern`, because Rust code calls it: remove the ABI",
        );
    }
}

fn check_generics(generics: &Generics, errors: &mut Errors) {
    for parameter in &generics.params {
        let (token, kind, concrete) = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(ty) => (ty.to_token_stream(), "type", "type"),
            GenericParam::Const(constant) => (constant.to_token_stream(), "const", "value"),
        };
        errors.at(
            token,
            format_args!(
                "a record handler can't have {kind} parameters, because Lambda calls one concrete \
                 function: write a concrete {concrete}, or call a generic function from the record \
                 handler"
            ),
        );
    }
}

fn check_where_clause(generics: &Generics, errors: &mut Errors) {
    if let Some(clause) = &generics.where_clause {
        errors.at(
            clause,
            "a record handler can't have a `where` clause, because Lambda calls one concrete \
             function: put the bounds on a function that the record handler calls",
        );
    }
}

/// Checks the parameters. Returns all but `self`.
fn check_parameters<'f>(signature: &'f Signature, errors: &mut Errors) -> Vec<&'f PatType> {
    let mut typed = Vec::new();
    let (mut has_context, mut has_state) = (false, false);
    for input in &signature.inputs {
        let parameter = match input {
            FnArg::Receiver(receiver) => {
                errors.at(
                    receiver,
                    "a record handler is a free function, without `self`: \
                     take shared values as parameters after the record",
                );
                continue;
            }
            FnArg::Typed(parameter) => parameter,
        };
        for attribute in &parameter.attrs {
            if is_context(attribute) {
                check_marker(&CONTEXT, attribute, typed.is_empty(), has_context, errors);
                has_context = true;
            } else if is_state(attribute) {
                check_marker(&STATE, attribute, typed.is_empty(), has_state, errors);
                if parameter.attrs.iter().any(is_context) {
                    errors.at(
                        attribute,
                        "a parameter can't be both `#[context]` and `#[state]`: remove one \
                         attribute",
                    );
                }
                has_state = true;
            } else if is_condition(attribute) {
                errors.at(
                    attribute,
                    "a parameter of a record handler can't be conditional: write two record \
                     handlers, each with its own `#[cfg]`",
                );
            }
        }
        let ty = strip_groups(&parameter.ty);
        if typed.is_empty() {
            check_by_value(ty, errors);
            check_owned(ty, errors);
        } else if parameter.attrs.iter().any(is_context) {
            check_context(ty, errors);
        } else if parameter.attrs.iter().any(is_state) {
            check_state(ty, errors);
        } else {
            check_shared(ty, errors);
        }
        check_concrete(ty, "take", errors);
        typed.push(parameter);
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "a record handler can't take variadic arguments");
    }
    if typed.is_empty() && signature.receiver().is_none() {
        errors.push(syn::Error::new(
            signature.paren_token.span.join(),
            format_args!("a record handler needs a parameter for the record, as in `{USAGE}`"),
        ));
    }
    typed
}

/// An attribute that marks a parameter: its name, and an example for error messages.
struct Marker(&'static str, &'static str);

const CONTEXT: Marker = Marker("#[context]", "#[context] context: &Context");
const STATE: Marker = Marker("#[state]", "#[state] totals: &mut Totals");

fn check_marker(
    Marker(name, usage): &Marker,
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
                "the first parameter is the record: put `{name}` on a later parameter, as in \
                 `{usage}`"
            ),
        );
    } else if is_second {
        errors.at(
            attribute,
            format_args!("only one parameter can be `{name}`: remove one attribute"),
        );
    }
}

fn check_output(output: &ReturnType, errors: &mut Errors) {
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
        // The generated code would use `!` as a type argument, which is unstable in Rust.
        ty @ Type::Never(_) => errors.at(
            ty,
            "a record counts as processed when its record handler returns: write `()` or \
             `Result<(), E>` in place of `!`",
        ),
        ty => check_concrete(ty, "return", errors),
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
            // `check_state` reports this as an error.
            ty => ty,
        };
        return Parameter::State { ty };
    }
    let name = match &*parameter.pat {
        // A parameter with the function's name would shadow the function in the generated call.
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
