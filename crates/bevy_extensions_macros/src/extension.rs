//! `#[derive(Extension)]`: read the declaration, check it, write the code.

mod attribute;
mod check;
mod dependency;
mod description;
mod embedded;
mod expand;
mod external;
mod meta;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, ext::IdentExt};

use crate::{crate_path::CratePath, errors::Errors, shape::check_parameters};
use attribute::Attribute;

/// What a struct says about itself as an extension.
struct Declaration {
    ident: Ident,
    fields: Fields,
    description: String,
    attribute: Attribute,
}

impl Declaration {
    /// Returns the name it is given, or else that of the struct.
    fn name(&self) -> String {
        self.attribute.name.as_ref().map_or_else(|| self.ident.unraw().to_string(), LitStr::value)
    }
}

/// Writes the implementations for a struct.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let declaration = read(input, &mut errors);
    // Even with errors: without it, every use of the extension elsewhere would be an error too.
    let code = declaration.map(|declaration| {
        check::check(&declaration, &mut errors);
        expand::expand(&declaration, &CratePath::find())
    });
    let errors = errors.to_compile_errors();
    quote!(#errors #code)
}

/// Returns the declaration, unless it cannot be one at all.
fn read(input: DeriveInput, errors: &mut Errors) -> Option<Declaration> {
    let attribute = Attribute::read(&input.attrs, errors);
    let description = description::description(&input.attrs);
    match fields(&input) {
        Ok(fields) => Some(Declaration { ident: input.ident, fields, description, attribute }),
        Err(error) => {
            errors.note(Err(error));
            None
        }
    }
}

fn fields(input: &DeriveInput) -> syn::Result<Fields> {
    let ident = input.ident.unraw();
    let kind = match &input.data {
        Data::Struct(data) => {
            check_parameters(input, "an extension", "a struct")?;
            return Ok(data.fields.clone());
        }
        Data::Enum(_) => "an enum",
        Data::Union(_) => "a union",
    };
    let message = format!("`{ident}` is {kind}, but an extension is a struct; try `pub struct {ident};`");
    Err(syn::Error::new(input.ident.span(), message))
}
