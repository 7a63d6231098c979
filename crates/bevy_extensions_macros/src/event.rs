//! `#[derive(ExtensionEvent)]`: read the declaration, check it, write the code.

use bevy_extensions_core::EventName;
use heck::AsSnakeCase;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Ident, LitStr, ext::IdentExt};

use crate::{attribute::Form, crate_path::CratePath, errors::Errors, key::Keys, shape::check_shape};

const FORM: Form = Form {
    name: "event",
    example: r#"#[event(name = "player.joined")]"#,
    keys: Keys {
        known: &[("name", r#"name = "player.joined""#)],
        elsewhere: &[
            ("key", "did you mean `name`?"),
            ("trigger", "every extension event has the trigger `Delivery`; for another one, derive `Event` instead"),
        ],
    },
    repeatable: &[],
};

/// What a type says about itself as an event.
struct Declaration {
    ident: Ident,
    name: Option<LitStr>,
}

impl Declaration {
    /// Returns the name it is given, or else the words of its type.
    fn name(&self) -> String {
        self.name.as_ref().map_or_else(|| dotted(&self.ident.unraw().to_string()), LitStr::value)
    }
}

/// Writes the implementations for a type.
pub(crate) fn derive(input: DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let name = read_name(&input, &mut errors);
    let shape = check_shape(&input, "an event");
    // Even with a name that is wrong: without it, every use of the event elsewhere would be an error too.
    let code = shape.is_ok().then(|| {
        let declaration = Declaration { ident: input.ident, name };
        check_name(&declaration, &mut errors);
        expand(&declaration, &CratePath::find())
    });
    errors.note(shape);
    let errors = errors.to_compile_errors();
    quote!(#errors #code)
}

fn read_name(input: &DeriveInput, errors: &mut Errors) -> Option<LitStr> {
    let mut name = None;
    FORM.read(&input.attrs, errors, |key, input, _| {
        name = Some(key.value(input)?);
        Ok(())
    });
    name
}

fn check_name(declaration: &Declaration, errors: &mut Errors) {
    match &declaration.name {
        Some(name) => errors.check_text(name, EventName::new),
        None if !errors.is_empty() => {} // Perhaps it has got another, and only the key is misspelt.
        None => {
            if let Err(error) = EventName::new(&declaration.name()) {
                errors.push(&declaration.ident, format!("{error}; give it another with `#[event(name = \"..\")]`"));
            }
        }
    }
}

/// Returns the words of a type's name in lower case, with dots between them.
fn dotted(name: &str) -> String {
    AsSnakeCase(name).to_string().replace('_', ".")
}

/// Writes what its author could have written by hand; the docs of the derive show it.
fn expand(declaration: &Declaration, krate: &CratePath) -> TokenStream {
    let ident = &declaration.ident;
    let name = declaration.name();
    quote! {
        #[automatically_derived]
        impl #krate::__private::Event for #ident {
            type Trigger<'a> = #krate::Delivery;
        }

        #[automatically_derived]
        impl #krate::ExtensionEvent for #ident {
            const NAME: &'static str = #name;

            fn wire() -> #krate::Wire<Self> {
                use #krate::__private::{ReadAndWrite as _, TypedOnly as _, WriteOnly as _};
                (&&&#krate::__private::Probe::<Self>::new()).wire()
            }
        }

        #krate::__private::submit! {
            #krate::DeclaredEvent::of::<#ident>(::core::file!(), ::core::line!())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ident: &str, expected: &str) {
        assert_eq!(dotted(ident), expected);
    }

    #[test]
    fn words_of_a_type_are_words_of_the_name() {
        check("PlayerJoined", "player.joined");
        check("Started", "started");
        check("Player_Joined", "player.joined");
    }

    #[test]
    fn abbreviations_and_numbers_stay_whole() {
        check("HTTPDone", "http.done");
        check("Round2Over", "round2.over");
        check("GPS2Fix", "gps2.fix");
        check("X", "x");
    }
}
