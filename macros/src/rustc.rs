//! Finds errors that rustc reports in the function itself. The companion leaves out types with such
//! errors; otherwise rustc would report each error twice.

use syn::{
    BoundLifetimes, FnArg, GenericParam, Generics, Lifetime, ReturnType, Signature, Type,
    TypeInfer, visit::Visit,
};

use crate::signature::strip_groups;

/// Whether rustc rejects the signature, whatever the rest of the crate declares.
pub(crate) fn rejects(signature: &Signature) -> bool {
    let rejects_input = signature.inputs.iter().any(|input| match input {
        FnArg::Receiver(_) => false,
        FnArg::Typed(input) => rejects_type(&input.ty, &signature.generics),
    });
    let rejects_output = match &signature.output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => rejects_type(ty, &signature.generics),
    };
    rejects_input || rejects_output
}

/// Whether a type of a signature is unsized, or contains `_` or an undeclared lifetime.
pub(crate) fn rejects_type(ty: &Type, generics: &Generics) -> bool {
    let mut finder = Finder {
        declared: generics.lifetimes().map(|def| &def.lifetime).collect(),
        found: false,
    };
    finder.visit_type(ty);
    finder.found || is_unsized(ty)
}

struct Finder<'ast> {
    declared: Vec<&'ast Lifetime>,
    found: bool,
}

impl<'ast> Visit<'ast> for Finder<'ast> {
    fn visit_type_infer(&mut self, _: &'ast TypeInfer) {
        self.found = true;
    }

    fn visit_bound_lifetimes(&mut self, bound: &'ast BoundLifetimes) {
        // They are in scope only inside this `for<…>`, but stay in the list for the rest of the type.
        // At worst this misses an undeclared lifetime of the same name.
        self.declared
            .extend(bound.lifetimes.iter().filter_map(|param| match param {
                GenericParam::Lifetime(def) => Some(&def.lifetime),
                _ => None,
            }));
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        let known = ["static", "_"].iter().any(|name| lifetime.ident == name);
        self.found |= !known && !self.declared.contains(&lifetime);
    }
}

/// Whether the type can only be used behind a pointer.
fn is_unsized(ty: &Type) -> bool {
    match strip_groups(ty) {
        Type::TraitObject(_) | Type::Slice(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    }
}
