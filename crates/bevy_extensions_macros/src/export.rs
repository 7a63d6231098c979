//! `#[derive(Export)]`: read the declaration, check it, write the code.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{DeriveInput, Ident, LitStr, Path, ext::IdentExt, parse::ParseStream};

use crate::{
    attribute::Form,
    crate_path::CratePath,
    errors::Errors,
    key::{Key, Keys},
    shape::check_shape,
};

const FORM: Form = Form {
    name: "export",
    example: "#[export(by = Economy)]",
    keys: Keys {
        known: &[("by", "by = Economy")],
        elsewhere: &[("owner", "did you mean `by`?"), ("name", "others import it by its type, so it needs no name")],
    },
    repeatable: &[],
};

/// What a type says about itself as an export.
struct Declaration {
    ident: Ident,
    /// Absent only if there are errors.
    owner: Option<Path>,
}

/// Writes the implementation for a type.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let owner = read_owner(&input, &mut errors);
    if let Err(error) = check_shape(&input, "an export") {
        errors.note(Err(error));
        return errors.to_compile_errors();
    }
    expand(&Declaration { ident: input.ident, owner }, &errors, &CratePath::find())
}

fn read_owner(input: &DeriveInput, errors: &mut Errors) -> Option<Path> {
    let mut owner = None;
    FORM.read(&input.attrs, errors, |key, input, _| {
        key.equals(input)?;
        owner = Some(path(&key, input)?);
        Ok(())
    });
    // Whoever has misspelt it knows by now.
    if owner.is_none() && errors.is_empty() {
        let message = format!("`{}` does not say who exports it; add `{}`", input.ident.unraw(), FORM.example);
        errors.push(&input.ident, message);
    }
    owner
}

fn path(key: &Key, input: ParseStream) -> syn::Result<Path> {
    if input.peek(LitStr) {
        let message = "the owner of an export is a type, not a name: the compiler checks who may import from it";
        return Err(input.error(format!("{message}; write it as in `{}`", key.example)));
    }
    key.path(input)
}

/// Writes what its author could have written by hand; the docs of the derive show it.
fn expand(Declaration { ident, owner }: &Declaration, errors: &Errors, krate: &CratePath) -> TokenStream {
    let name = ident.unraw().to_string();
    let (errors, owner) = match owner {
        Some(owner) => (errors.to_compile_errors(), owner.to_token_stream()),
        // As a type they make the compiler keep quiet about every use of the export elsewhere.
        None => (TokenStream::new(), errors.to_type()),
    };
    quote! {
        #errors

        #[automatically_derived]
        impl #krate::Export for #ident {
            type Owner = #owner;
            const NAME: &'static str = #name;
        }
    }
}
