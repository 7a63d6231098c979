//! What a derive may stand on.

use syn::{Data, DeriveInput, ext::IdentExt};

/// Refuses what is no struct or enum, or has parameters; `what` is the thing to be made of it, as in "an event".
pub(crate) fn check_shape(input: &DeriveInput, what: &str) -> syn::Result<()> {
    match &input.data {
        Data::Struct(_) | Data::Enum(_) => check_parameters(input, what, "a type"),
        Data::Union(_) => {
            let message = format!("`{}` is a union, but {what} is a struct or an enum", input.ident.unraw());
            Err(syn::Error::new(input.ident.span(), message))
        }
    }
}

/// Refuses a type with lifetimes, type parameters or constants; `on` is what would do without them.
pub(crate) fn check_parameters(input: &DeriveInput, what: &str, on: &str) -> syn::Result<()> {
    if input.generics.params.is_empty() {
        return Ok(());
    }
    let ident = input.ident.unraw();
    let message = format!("`{ident}` has parameters, but {what} is exactly one type; derive it on {on} without them");
    Err(syn::Error::new_spanned(&input.generics, message))
}
