//! All that is wrong with one declaration, told at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

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

    /// Returns what makes the compiler show them.
    pub(crate) fn to_compile_errors(&self) -> TokenStream {
        self.0.as_ref().map(syn::Error::to_compile_error).unwrap_or_default()
    }
}
