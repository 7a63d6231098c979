//! All that is wrong with one declaration, told at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::LitStr;

/// Collects errors, so that its author does not meet them one build at a time.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Adds an error at a place in the user's code.
    pub(crate) fn push(&mut self, at: impl ToTokens, message: impl Display) {
        self.note(Err(syn::Error::new_spanned(at, message)));
    }

    /// Adds the error, if it is one.
    pub(crate) fn note(&mut self, result: syn::Result<()>) {
        match (&mut self.0, result) {
            (_, Ok(())) => {}
            (Some(all), Err(error)) => all.combine(error),
            (none, Err(error)) => *none = Some(error),
        }
    }

    /// Adds what a rule has against a text, if anything.
    pub(crate) fn check_text<T, E: Display>(&mut self, text: &LitStr, rule: fn(&str) -> Result<T, E>) {
        if let Err(error) = rule(&text.value()) {
            self.push(text, error);
        }
    }

    /// Tells whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Returns what makes the compiler show them.
    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        self.0.as_ref().map(syn::Error::to_compile_error).unwrap_or_default()
    }
    /// Returns them as a type: the compiler shows them, and keeps quiet about what it could not check without the type.
    pub(crate) fn to_type(&self) -> TokenStream {
        let errors = self.to_compile_errors();
        quote!([(); { #errors }])
    }
}
